package pages_test

import (
	"io"
	"strings"
	"testing"
)

// TestToldBefore: all that a source must know is said before the first field, in
// each language. A sentence that changes changes here too, and with thought.
func TestToldBefore(t *testing.T) {
	for lang, said := range map[string][]string{
		"en": {
			"At present only 3 reviewers can", "never connected to the internet", "so that what happened", "not take your silence for consent",
			"We pay nobody", "release, or news of him, or a trial, or an answer",
			"leave out what you do not, and stop whenever you like. One paragraph is enough", "not for emergencies", "not a complaint to the United Nations",
			"bodies need a name", "Nothing removes every risk", "do not keep the internet address of your device, we leave no cookies",
			"correct what you said, add to it or withdraw it, until it is published or handed to others", "no way back",
			"both sides may read it", "He may be alive in prison", "If you have already told this", "If you are under 18",
			"did not see yourself", "unless that person has agreed", "leave all of them out", "rest when you are tired", "details of a sexual kind",
			"does not say who runs it",
		},
		"ar": {
			"٣ أشخاص مؤتمنين فقط", "لا تتصل بالإنترنت", "كي يُعرف ما جرى", "فلا نعدّ سكوتك موافقة",
			"لا ندفع مالًا لأحد", "لا نعدك بالإفراج عن أحد، ولا بخبر عنه، ولا بمحاكمة، ولا بردّ",
			"وتوقف متى شئت. فقرة واحدة تكفي", "ليست للطوارئ", "ليس شكوى إلى الأمم المتحدة",
			"تحتاج إلى اسم", "لا توجد طريقة تزيل كل خطر", "لا نحفظ عنوان جهازك على الإنترنت",
			"أن تصحّح كلامك أو تضيف إليه أو تسحبه، إلى أن يُنشر أو يُسلّم", "فلا طريق للرجوع",
			"فقد يقرؤها الطرفان", "قد يكون حيًّا في السجن", "إن حكيت هذا من قبل", "أقل من ١٨ سنة",
			"لم تره بنفسك", "إلا إذا وافق", "أن تتركها كلها", "واسترح إن تعبت", "تمسّ العِرض",
			"لا تقول هذه الصفحة من يديرها",
		},
	} {
		page := string(render(t, func(w io.Writer) error { return mustNew(t).Before(w, lang, state) }))
		for _, want := range said {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page before the form does not say %q", lang, want)
			}
		}
		if !strings.Contains(page, `<a class="button" href="/`+lang+`/testimony">`) {
			t.Errorf("%s: the page before the form does not lead to it", lang)
		}
	}
}

// TestToldOfSafety: the same for the device and for leaving.
func TestToldOfSafety(t *testing.T) {
	for lang, said := range map[string][]string{
		"en": {
			"Use your own device", "A phone is riskier", "Tor Browser only", "(Safest)", "can put you in danger", "Do not take screenshots",
			"hidden information about the place", "Do not carry these photos", "in one sitting", "New Identity", "No button can wipe every trace",
			"An ordinary browser does keep it", "Learn the words by heart", "not write them beside the address", "evidence against you", "Nothing else is lost", "do not have to take one",
		},
		"ar": {
			"استعمل جهازك أنت", "الهاتف أخطر من الحاسوب", "متصفح تور (Tor\u00a0Browser) وحده", "(Safest)", "قد يكون خطرًا عليك", "لا تصوّر الشاشة",
			"معلومات مخفية عن المكان", "لا تحمل هذه الصور", "في جلسة واحدة", "«هوية جديدة»", "لا يوجد زر يمحو كل أثر",
			"المتصفح العادي فيحفظه", "احفظ الكلمات غيبًا", "لا تكتبها مع عنوان هذه الصفحة", "دليل عليك", "ولا يضيع شيء غير ذلك", "لست مجبرًا",
		},
	} {
		page := string(render(t, func(w io.Writer) error { return mustNew(t).Safety(w, lang, state) }))
		for _, want := range said {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page of safety does not say %q", lang, want)
			}
		}
	}
}
