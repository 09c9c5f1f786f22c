package names

import (
	"os"
	"strings"
	"testing"
)

// one returns a name of one part, made ready.
func one(t *testing.T, name string) *part {
	t.Helper()
	x := New([]Person{{Name: name}})
	if len(x.people[0].name) != 1 {
		t.Fatalf("%q has %d parts", name, len(x.people[0].name))
	}
	return x.people[0].name[0]
}

// What is one name, however it is spelled. Most are in no list of this package.
func TestAlike(t *testing.T) {
	for _, line := range []string{
		"محمد مُحَمَّد محـمد Mohammed Muhammad Mohamad Mouhamad",
		"حسين Hussein Husayn Hossein Houssein",
		"يوسف Yousef Yusuf Youssef يوسُف",
		"أحمد احمد Ahmad Ahmed",
		"إبراهيم ابراهيم Ibrahim Ebrahim",
		"آدم ادم Adam",
		"فاطمة فاطمه Fatima Fatimah Fatme",
		"مصطفى مصطفي Mustafa Moustapha",
		"الزعبي زعبي al-Zoubi Zu'bi Zoabi az-Zu'bi",
		"المسالمة مسالمه Masalmeh al-Masalma Masalma",
		"الحريري Hariri al-Hariri Elhariri",
		"المقداد مقداد Mekdad al-Miqdad Mokdad",
		"شحادة شحاده Shehadeh Shahada Chehade",
		"قداح Qaddah Kaddah Gaddah",
		"كيوان Kiwan Kywan",
		"شريف Sharif Cherif Shareef",
		"خطيب Khatib الخطيب el-Khatib Khateeb",
		"غزال Ghazal Gazal",
		"ذياب Diab Dhiab Diyab",
		"ظافر Zafer Dhafer",
		"ضاهر Daher Dahir",
		"قاسم Qasim Kassem Gasem",
		"جودة جوده Joudeh Jawda",
		"عبد_اللطيف عبداللطيف Abdellatif Abdul_Latif Abd_al-Latif",
		"عبد_الرحمن عبدالرحمن Abdurrahman Abdul-Rahman Abd_ar-Rahman",
		"عبد_الله عبدالله Abdullah Abdallah Abd_Allah",
		"شمس_الدين شمسالدين Chamseddine Shams_al-Din Shamsuddin",
		"عطا_الله عطاالله Atallah Ata_Allah",
		"أبو_زيد ابوزيد Abu_Zeid Abou_Zaid",
		"لؤي لوي Louay Luay",
		"رائد رايد Raed Raid",
		"علي على Ali Aly",
		"محمّد\u200c محمد", // with a mark that cannot be seen
		"کریم كريم Karim",
		"شامي şami Shami Chami",
	} {
		var parts []*part
		words := strings.Fields(line)
		for _, w := range words {
			parts = append(parts, one(t, strings.ReplaceAll(w, "_", " ")))
		}
		for i, a := range parts {
			for j := range i {
				if like := likeness(a, parts[j]); like < 0.8 {
					t.Errorf("%s and %s: %.2f (%s, %s)", words[j], words[i], like, parts[j].text, a.text)
				}
				if a.key != parts[j].key && a.latin != parts[j].latin && !nearKeys(a.key, parts[j].key) {
					t.Errorf("%s and %s are not found by each other: %q, %q", words[j], words[i], parts[j].key, a.key)
				}
			}
		}
	}
}

// nearKeys tells whether two parts are found by one sound less.
func nearKeys(a, b string) bool {
	for _, x := range lessOne(a) {
		for _, y := range lessOne(b) {
			if x == y {
				return true
			}
		}
	}
	return false
}

// A letter wrong, missing, too many, or two in each other's place.
func TestSlips(t *testing.T) {
	for _, pair := range [][2]string{
		{"المسالمة", "المسالنة"}, {"الخطيب", "الخطب"}, {"المسالمة", "المسامة"}, {"زعبي", "زعيبي"}, {"الحريري", "الحرييري"}, {"المقداد", "المقدد"},
		{"Masalmeh", "Maslameh"}, {"Hariri", "Harriiri"}, {"Zoubi", "Zuobi"}, {"Khatib", "Khaitb"},
	} {
		a, b := one(t, pair[0]), one(t, pair[1])
		if like := likeness(a, b); like < alike || like == 1 {
			t.Errorf("%v: %.2f", pair, like)
		}
	}
}

// Names of their own are not taken for each other.
func TestNotAlike(t *testing.T) {
	for _, pair := range [][2]string{
		{"حسن", "حسين"}, {"محمد", "محمود"}, {"أحمد", "حمد"}, {"سالم", "سليم"}, {"عمر", "عمرو"}, {"عمر", "عامر"}, {"كمال", "جمال"},
		{"سعيد", "سعد"}, {"Hassan", "Hussein"}, {"Mohammed", "Mahmoud"}, {"حسن", "Hussein"}, {"محمود", "Mohamed"}, {"ناصر", "نادر"},
		{"الزعبي", "الحريري"}, {"خالد", "Walid"}, {"يوسف", "Younes"}, {"عبد الله", "عبد الرحمن"}, {"Abdullah", "Abdulkarim"}, {"فاطمة", "خديجة"},
		{"الحمصي", "الحموي"}, {"مقداد", "قداح"}, {"علي", "ليلى"},
	} {
		if like := likeness(one(t, pair[0]), one(t, pair[1])); like >= alike {
			t.Errorf("%v: %.2f", pair, like)
		}
	}
}

func TestParts(t *testing.T) {
	for name, want := range map[string]string{
		"محمد بن أحمد الخطيب":          "محمد احمد خطيب",
		"Mohammed bin Ahmad al-Khatib": "mohammed ahmad khatib",
		"عبد الكريم أبو الخير":         "عبدكريم ابوخير",
		"Abd el-Karim Abou el-Kheir":   "abdkarim abukheir",
		"نور الدين":                    "نوردين",
		"Noureddine":                   "nourdin",
		"  ":                           "",
		"—":                            "",
		"٣ محمد":                       "3 محمد",
		"الـ محمد":                     "محمد",
		"عبد":                          "عبد",
		"al":                           "al",
		"الياس":                        "الياس",
	} {
		var got []string
		for _, p := range split(name) {
			got = append(got, p.text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", name, strings.Join(got, " "), want)
		}
	}
}

// What is not known speaks neither for nor against.
func TestUnknownSaysNothing(t *testing.T) {
	full := Person{ID: "a", Group: "a", Name: "زهير المقداد", Father: "فواز", Mother: "نجاح", Birth: "1985", Birthplace: "بصرى",
		Dates: map[string]string{"surrender_date": "2018-07"}, Places: map[string]string{"surrender_gov": "daraa"}}
	crowd := []Person{full, full}
	for range 500 {
		crowd = append(crowd, Person{Name: "محمد الأحمد", Father: "أحمد"})
	}
	reasons := func(change func(*Person)) map[string]float64 {
		other := full
		other.ID, other.Group = "b", "b"
		change(&other)
		crowd[1] = other
		x := New(crowd)
		said := make(map[string]float64)
		for _, r := range x.pair(x.people[0], x.people[1]).Reasons {
			said[r.What] += r.Bits
		}
		return said
	}
	all := reasons(func(*Person) {})
	if len(all) != 7 {
		t.Errorf("reasons of all that is known: %v", all)
	}
	for what, c := range map[string]struct{ without, against func(*Person) }{
		"father":         {func(p *Person) { p.Father = "" }, func(p *Person) { p.Father = "رياض" }},
		"mother":         {func(p *Person) { p.Mother = "" }, func(p *Person) { p.Mother = "خديجة" }},
		"birth":          {func(p *Person) { p.Birth = "" }, func(p *Person) { p.Birth = "1960" }},
		"birthplace":     {func(p *Person) { p.Birthplace = " " }, func(p *Person) { p.Birthplace = "حلب" }},
		"surrender_date": {func(p *Person) { p.Dates = map[string]string{"surrender_date": "XXXX-07"} }, func(p *Person) { p.Dates = map[string]string{"surrender_date": "2012"} }},
		"surrender_gov":  {func(p *Person) { p.Places = nil }, func(p *Person) { p.Places = map[string]string{"surrender_gov": "idlib"} }},
	} {
		if said, ok := reasons(c.without)[what]; ok {
			t.Errorf("%s is not known and says %v", what, said)
		}
		if said := reasons(c.against)[what]; said >= 0 || all[what] <= 0 {
			t.Errorf("%s: the same says %v, another %v", what, all[what], said)
		}
	}
	if said := reasons(func(p *Person) { p.Name = "المقداد زهير" }); said["name"] <= 0 || said["name"] >= all["name"] {
		t.Errorf("in another order: %v, in the same %v", said["name"], all["name"])
	}
	if said := reasons(func(p *Person) { p.Name, p.Father = "زهير فواز المقداد", "" }); said["father"] <= 0 {
		t.Errorf("the father inside the name: %v", said)
	}
	if said := reasons(func(p *Person) { p.Name = "زهير" }); said["name"] <= 0 {
		t.Errorf("without the family: %v", said)
	}
	if said := reasons(func(p *Person) { p.Name = "زهير الحريري" }); said["name"] >= reasons(func(p *Person) { p.Name = "زهير" })["name"] {
		t.Error("another family says no more than none")
	}
}

// The rarer a name, the more it says.
func TestRareSaysMore(t *testing.T) {
	people := []Person{{Name: "محمد"}, {Name: "شرحبيل"}}
	for range 300 {
		people = append(people, Person{Name: "محمد علي"})
	}
	x := New(people)
	if common, rare := x.bits(x.people[0].name[0]), x.bits(x.people[1].name[0]); common+3 > rare {
		t.Errorf("common %.1f, rare %.1f", common, rare)
	}
}

// A reason says what agrees, and never a name.
func TestReasonsHoldNoName(t *testing.T) {
	people := []Person{
		{ID: "a", Group: "a", Name: "محمود بن علي النجار", Father: "علي", Mother: "سعاد", Birth: "1980", Birthplace: "نوى"},
		{ID: "b", Group: "b", Name: "Mahmoud an-Najjar", Father: "Ali", Mother: "Souad", Birth: "1981", Birthplace: "Nawa"},
	}
	pairs, _, err := New(people).Suggest(t.Context(), Options{Least: 1})
	if err != nil || len(pairs) != 1 {
		t.Fatalf("%v %v", pairs, err)
	}
	for _, r := range pairs[0].Reasons {
		for _, lang := range []string{"ar", "en"} {
			text := r.Text(lang)
			if text == "" || strings.Contains(text, "%!") {
				t.Errorf("%+v: %q", r, text)
			}
			for _, name := range []string{"محمود", "نجار", "Mahmoud", "Najjar", "نوى", "Nawa", "1980", "سعاد"} {
				if strings.Contains(text, name) {
					t.Errorf("%q holds a name", text)
				}
			}
		}
	}
}

// Ten thousand of one name, and names that are none, cost no more than they may.
func TestHostileNames(t *testing.T) {
	var people []Person
	for i := range 3000 {
		id := strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune('0'+i/26%10)) + string(rune('0'+i/260))
		people = append(people, Person{ID: id, Group: id, Name: "محمد الأحمد", Father: "أحمد"})
	}
	long := strings.Repeat("محمد ", 5000) + strings.Repeat("ب", 100_000)
	for _, name := range []string{long, long, "\xff\xfe", "\u202e\u200f", strings.Repeat("عبد ", 500), strings.Repeat("al ", 500), "💣💣 💣", "abdl", "abdal", "ddin"} {
		people = append(people, Person{ID: name[:min(len(name), 9)], Group: name, Name: name, Father: name, Birth: "nonsense"})
	}
	_, stats, err := New(people).Suggest(t.Context(), Options{})
	if err != nil || stats.Crowded == 0 || stats.Compared > len(people)*neighbours*4 {
		t.Errorf("%+v %v", stats, err)
	}
}

// Whatever names are, comparing them does not panic, and says the same both ways.
func FuzzCompare(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzCompare"); err != nil || len(seeds) < 6 {
		f.Fatalf("the seeds are missing (%v)", err)
	}
	f.Fuzz(func(t *testing.T, a, b, birth string) {
		x := New([]Person{{ID: "a", Group: "a", Name: a, Father: b, Birth: birth}, {ID: "b", Group: "b", Name: b, Father: a, Birth: birth}, {ID: "c", Group: "c", Name: a, Father: b, Birth: birth}})
		p, q := x.pair(x.people[0], x.people[1]).keep(), x.pair(x.people[1], x.people[0]).keep()
		if p.Score != q.Score || p.Score < 0 || p.Score > 100 {
			t.Errorf("scores %d and %d", p.Score, q.Score)
		}
		if _, _, err := x.Suggest(t.Context(), Options{Least: 1}); err != nil {
			t.Error(err)
		}
	})
}
