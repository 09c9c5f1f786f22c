package synthetic

import (
	"strings"

	"amana/internal/testimony"
)

var told = []struct {
	key  string
	list string // of the label; "" for a date
	say  [2]string
}{
	{"defect_date", "", [2]string{"ترك الخدمة نحو %s ولم يخبر أحدًا قبلها.", "He left the service around %s and told nobody before."}},
	{"defect_gov", "governorate", [2]string{"كان يخدم يومها في %s.", "He was serving in %s then."}},
	{"surrender_date", "", [2]string{"في %s ذهب وسلّم نفسه بعد أن طمأنوه.", "In %s he went and gave himself up after they reassured him."}},
	{"surrender_to", "surrender_to", [2]string{"سلّم نفسه عند: %s.", "He gave himself up at: %s."}},
	{"settlement_paper", "settlement_paper", [2]string{"ورقة التسوية: %s.", "The settlement paper: %s."}},
	{"returned", "returned", [2]string{"هل عاد إلى الخدمة؟ %s.", "Did he go back to service? %s."}},
	{"arrest_date", "", [2]string{"آخر مرة رأيناه حرًّا كانت في %s.", "The last time we saw him free was %s."}},
	{"arrest_where", "arrest_where", [2]string{"أخذوه من هناك: %s.", "They took him there: %s."}},
	{"place_1", "place", [2]string{"قالوا لنا إنه في %s.", "They told us that he was at %s."}},
	{"place_2", "place", [2]string{"ثم سمعنا أنه نُقل إلى %s.", "Then we heard he was moved to %s."}},
	{"court", "court", [2]string{"عن المحكمة سمعنا: %s.", "Of a court we heard: %s."}},
	{"fate", "fate", [2]string{"وما نعرفه اليوم: %s.", "What we know today: %s."}},
	{"death_date", "", [2]string{"كُتب في الورقة أنه توفي في %s.", "The paper said that he died in %s."}},
}

var openings = [2][]string{
	{"أحكي ما أعرفه كما عشناه.", "هذه قصة شاب من حارتنا.", "لا أتذكر كل شيء، لكن هذا ما بقي في ذهني.", "كان هادئًا، ولم يرد إلا أن يعيش.", "كتبت هذا وأنا أرجو أن ينفع أحدًا."},
	{"I tell what I know as we lived it.", "This is the story of a young man from our street.", "I do not remember everything, but this stayed with me.", "He was quiet and wanted only to live.", "I write this hoping that it helps somebody."},
}

var closings = [2][]string{
	{"ما زالت أمه تترك الباب مفتوحًا.", "سألنا كثيرًا ولم يجبنا أحد.", "هذا كل ما أعرفه.", "لا نريد إلا أن نعرف.", "سامحونا إن أخطأنا في تاريخ."},
	{"His mother still leaves the door open.", "We asked many times and nobody answered.", "That is all I know.", "We only want to know.", "Forgive us if we mistook a date."},
}

var between = [2][]string{
	{"كنا ننتظره على العشاء.", "في ذلك اليوم كان المطر شديدًا.", "قال لنا ألا نخاف.", "الطريق كان مقطوعًا.", "جارنا رآه ولم يتكلم معه."},
	{"We were waiting for him with dinner.", "It rained hard that day.", "He told us not to be afraid.", "The road was cut.", "A neighbour saw him and did not speak to him."},
}

var secrets = [2][]string{
	{"لا تذكروا القرية.", "لا تكتبوا أن الخبر جاء من أخته.", "لا تنشروا رقم قطعته.", "كل ما يدل على من رآه في السجن."},
	{"Do not name the village.", "Do not write that the news came from his sister.", "Do not print the number of his unit.", "Anything that points to who saw him in prison."},
}

var additions = [2][]string{
	{"تذكرت شيئًا: كان معه شخصان من الحي نفسه.", "وصلتنا ورقة جديدة الأسبوع الماضي.", "أصحح: كان ذلك قبل العيد لا بعده.", "قال لي من خرج إنه رآه مرة واحدة."},
	{"I remembered something: two others from the same quarter were with him.", "A new paper reached us last week.", "A correction: it was before the feast, not after.", "Somebody who came out told me he saw him once."},
}

var free = map[string][2][]string{
	"unit":         {{"لواء في الجنوب", "قطعة نقل", "فوج مدفعية", "سرية حراسة"}, {"a brigade in the south", "a transport unit", "an artillery regiment", "a guard company"}},
	"reason_given": {{"قالوا إنه مطلوب.", "=لا سبب", "سؤال خمس دقائق ويعود.", "تشابه أسماء."}, {"They said he was wanted.", "=none given", "Five minutes of questions, they said.", "A mistake of names."}},
	"treatment":    {{"لم يكن يأكل إلا القليل.", "قال إنهم كثيرون في غرفة واحدة.", "نزل وزنه كثيرًا."}, {"He had little to eat.", "He said they were many in one room.", "He had lost much weight."}},
	"charge":       {{"الفرار وقت الحرب", "لا نعرف إلا رقمًا", "-الإخلال بالواجب"}, {"Desertion in time of war", "We know only a number", "-neglect of duty"}},
	"death_cause":  {{"توقف القلب، هكذا كُتب.", "لم يُذكر سبب.", "@مرض"}, {"Heart failure, so it was written.", "No cause was stated.", "@illness"}},
}

// tongue is the place of a language in what stands in two.
func tongue(lang string) int {
	if lang == "ar" {
		return 0
	}
	return 1
}

func (m *maker) any(of [2][]string, lang string) string {
	all := of[tongue(lang)]
	return all[m.IntN(len(all))]
}

func (m *maker) secret(lang string) string   { return m.any(secrets, lang) }
func (m *maker) addition(lang string) string { return m.any(additions, lang) }

// narrative tells in plain sentences what was answered, some of it.
func (m *maker) narrative(said *testimony.Testimony) string {
	lang := said.Language
	lines := []string{m.any(openings, lang)}
	for _, one := range told {
		value := said.Answers[one.key]
		if value == "" || value == "unknown" || value == "declined" || m.percent(25) {
			continue
		}
		if one.list != "" {
			value = label(one.list, value, lang)
		}
		lines = append(lines, strings.Replace(one.say[tongue(lang)], "%s", value, 1))
		if m.percent(30) {
			lines = append(lines, m.any(between, lang))
		}
	}
	return strings.Join(append(lines, m.any(closings, lang)), "\n")
}

// words answers some of the questions that are answered in one's own words.
func (m *maker) words(said *testimony.Testimony) {
	for _, key := range []string{"unit", "reason_given", "treatment", "charge", "death_cause"} {
		if m.percent(25) {
			said.Answers[key] = m.any(free[key], said.Language)
		}
	}
}

// texts are the questions that a mark is put behind.
var texts = []string{testimony.Narrative, "unit", "reason_given", "treatment", "charge", "death_cause", "never_publish", "his_name", "his_father", "his_mother", "his_birthplace"}

// mark puts a mark behind every text of a thread.
func mark(th *Thread) {
	for _, e := range th.Envelopes {
		for _, key := range texts {
			if e.Testimony.Answers[key] != "" {
				e.Testimony.Answers[key] += " " + Mark(th.ID, key)
			}
		}
	}
}
