package names

import (
	"fmt"
	"strings"
)

// Reason is one thing that speaks for two people being one, or against it. It holds no
// name.
type Reason struct {
	What  string  // "name", "father", "mother", "birth", "birthplace", or a key of Dates or Places
	How   string  // one of the words below
	Bits  float64 // how much it says; below 0 it speaks against
	Parts int     // how many parts of the name agree, where that is counted
	Of    Change  // what the spellings differ in
	Days  int     // between two dates that cannot be one
}

// How two things agree or not.
const (
	Same        = "same"        // letter by letter, or but for what spelling does not change
	Spelling    = "spelling"    // a usual spelling of the same name, or one script for the other
	Slip        = "slip"        // a letter wrong, missing or too many
	Near        = "near"        // years or days close to each other
	Overlap     = "overlap"     // the days that both can mean meet
	Inside      = "inside"      // the father's name stands inside the other's name
	Order       = "order"       // the parts stand in another order
	Other       = "other"       // something else
	FarApart    = "apart"       // the days cannot meet
	OtherFamily = "other-parts" // parts on both sides that the other does not have
)

var whatWords = map[string][2]string{
	"name": {"الاسم", "name"}, "father": {"اسم الأب", "father’s name"}, "mother": {"اسم الأم", "mother’s name"}, "birth": {"الولادة", "birth"},
	"birthplace": {"مكان الولادة", "place of birth"}, "defect_date": {"يوم انشقاقه", "when he left"}, "surrender_date": {"يوم سلّم نفسه", "when he surrendered"},
	"arrest_date": {"يوم اعتُقل", "when he was arrested"}, "defect_gov": {"محافظة انشقاقه", "where he left"},
	"surrender_gov": {"محافظة تسليمه نفسه", "where he surrendered"}, "arrest_gov": {"محافظة اعتقاله", "where he was arrested"},
}

var howWords = map[string][2]string{
	Same: {"تطابق", "the same"}, Spelling: {"كتابة أخرى للاسم نفسه", "another spelling of the same"}, Slip: {"متشابه، ربما خطأ في الكتابة", "alike but for a slip"},
	Near: {"قريب", "close"}, Overlap: {"يمكن أن يكون اليوم نفسه", "can be the same day"}, Inside: {"اسم الأب داخل الاسم", "the father’s stands inside the name"},
	Order: {"بترتيب آخر", "in another order"}, Other: {"مختلف", "different"}, FarApart: {"لا يمكن أن يكون اليوم نفسه", "cannot be the same day"},
	OtherFamily: {"في كل منهما ما ليس في الآخر", "each has a part that the other has not"},
}

var changeWords = []struct {
	c      Change
	ar, en string
}{
	{Marks, "التشكيل", "vowel signs"}, {Hamza, "الهمزة", "hamza"}, {Haa, "ة و ه", "taa marbuta and haa"}, {Yaa, "ى و ي", "alef maqsura and yaa"},
	{Article, "ال التعريف", "the article"}, {Compound, "اسم مركّب", "a name in two words"}, {Son, "بن", "bin"}, {Digits, "الأرقام", "digits"}, {Foreign, "لوحة مفاتيح أخرى", "another keyboard"},
}

// Text says a reason in a language, "ar" or "en".
func (r Reason) Text(lang string) string {
	at := 1
	if lang == "ar" {
		at = 0
	}
	what := r.What
	if words, ok := whatWords[r.What]; ok {
		what = words[at]
	}
	text := what + ": " + howWords[r.How][at]
	var changes []string
	for _, c := range changeWords {
		if r.Of&c.c != 0 {
			changes = append(changes, [2]string{c.ar, c.en}[at])
		}
	}
	if len(changes) > 0 {
		text += fmt.Sprintf([2]string{" (بغضّ النظر عن: %s)", " (leaving aside: %s)"}[at], strings.Join(changes, [2]string{"، ", ", "}[at]))
	}
	if r.Parts > 0 {
		text += fmt.Sprintf([2]string{"، أجزاء: %d", ", parts: %d"}[at], r.Parts)
	}
	if r.Days > 0 {
		text += fmt.Sprintf([2]string{"، بفارق أيام: %d", ", days between: %d"}[at], r.Days)
	}
	return text
}
