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
			"later add something or say what was wrong", "the reviewers do not have yet is then destroyed", "we tell them not to use it", "no way back",
			"somebody who reads betrays your trust", "device is secretly watched",
			"both sides may read it", "He may be alive in prison", "If you have already told this", "If you are under 18",
			"saw it yourself or heard it", "out of a quarrel", "unless that person has agreed", "leave all of them out", "rest when you are tired", "You need not write sexual details",
			"does not say who runs it",
		},
		"ar": {
			"٣ أشخاص مؤتمنين فقط", "لا تتصل بالإنترنت", "كي يُعرف ما جرى", "فلا نعدّ سكوتك موافقة",
			"لا ندفع مالًا لأحد", "لا نعدك بالإفراج عن أحد، ولا بخبر عنه، ولا بمحاكمة، ولا بردّ",
			"وتوقف متى شئت. فقرة واحدة تكفي", "ليست للطوارئ", "ليس شكوى إلى الأمم المتحدة",
			"تحتاج إلى اسم", "لا توجد طريقة تزيل كل خطر", "لا نحفظ عنوان جهازك على الإنترنت",
			"أن تضيف شيئًا، أو أن تقول ما كان خطأ", "المؤتمنين على القراءة يُمحى عندئذ", "ونقول لهم ألا يستعملوه", "فلا طريق للرجوع", "أن يخون ثقتك أحد", "جهازك مراقَبًا سرًّا",
			"فقد يقرؤها الطرفان", "قد يكون حيًّا في السجن", "إن حكيت هذا من قبل", "أقل من ١٨ سنة",
			"رأيت ذلك بنفسك أم سمعت به", "بسبب خصومة", "إلا إذا وافق", "أن تتركها كلها", "واسترح إن تعبت", "تمسّ العِرض",
			"لا تقول هذه الصفحة من يديرها",
		},
		"de": {
			"Zurzeit können nur 3 Prüferinnen und Prüfer", "nie mit dem Internet", "damit man erfährt, was mit den Soldaten", "gilt Ihr Schweigen für uns nicht als Ja",
			"Wir zahlen niemandem Geld", "dass jemand freikommt, dass es Nachricht von ihm gibt, einen Prozess oder eine Antwort",
			"hören Sie auf, wann Sie wollen. Ein Absatz genügt", "nicht für Notfälle", "keine Beschwerde bei den Vereinten Nationen",
			"brauchen einen Namen", "Nichts nimmt jede Gefahr weg", "Internet-Adresse Ihres Geräts nicht auf, legen keine Cookies",
			"später etwas ergänzen oder sagen, was falsch war", "noch nicht haben, wird dann vernichtet", "dass sie es nicht verwenden sollen", "keinen Weg zurück",
			"Ihr Vertrauen missbraucht", "heimlich überwacht wird",
			"können beide Seiten sie vielleicht lesen", "Vielleicht lebt er im Gefängnis", "schon einer Organisation erzählt", "noch nicht 18",
			"selbst gesehen oder nur gehört", "wegen eines Streits", "wenn er nicht zugestimmt hat", "Sie können alle auslassen", "wenn Sie müde sind", "Sexuelle Einzelheiten müssen Sie nicht schreiben",
			"Diese Seite sagt nicht, wer sie betreibt",
		},
		"tr": {
			"yalnızca 3 inceleyen kişi", "internete ya da başka bir ağa hiç bağlanmayan", "başına ne geldiği bilinsin diye", "susmanızı izin saymayız",
			"Kimseye para vermeyiz", "serbest bırakılacağına, ondan haber geleceğine, bir mahkeme olacağına, cevap verileceğine",
			"ne zaman isterseniz durun. Tek bir paragraf yeter", "acil durumlar için değildir", "Birleşmiş Milletlere şikâyet değildir",
			"bir ad ister", "Hiçbir şey bütün tehlikeleri ortadan kaldırmaz", "internet adresini saklamıyoruz, cihazınıza çerez bırakmıyoruz",
			"bir şey ekleyebilir ya da neyin yanlış olduğunu söyleyebilirsiniz", "henüz olmayan şeyler yok edilir", "kullanmamalarını söyleriz", "dönmenin bir yolu yoktur",
			"güveninizi kötüye kullanabileceğini", "gizlice izlenebileceğini",
			"iki taraf da onu okuyabilir", "Hapishanede hayatta olabilir", "daha önce bir kuruluşa anlattıysanız", "18 yaşından küçükseniz",
			"kendi gözünüzle mi gördüğünüzü, yoksa duyduğunuzu mu", "Bir kavga yüzünden", "o kişi razı olmadıysa", "Hepsini boş bırakabilirsiniz", "yorulunca dinlenin", "ayrıntıları yazmanız gerekmez",
			"kimin yürüttüğünü söylemiyor",
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
			"An ordinary browser does keep it", "Learn the words by heart", "not write them beside the address", "can be used against you", "add nothing, withdraw nothing and read no answer. What you sent is not lost with them", "do not have to take one",
			"Public Wi-Fi", "does not usually keep", "does not usually see",
		},
		"ar": {
			"استعمل جهازك أنت", "الهاتف أخطر من الحاسوب", "متصفح تور (Tor\u00a0Browser) وحده", "(Safest)", "قد يكون خطرًا عليك", "لا تصوّر الشاشة",
			"معلومات مخفية عن المكان", "لا تحمل هذه الصور", "في جلسة واحدة", "«هوية جديدة»", "لا يوجد زر يمحو كل أثر",
			"المتصفح العادي فيحفظه", "احفظ الكلمات غيبًا", "لا تكتبها مع عنوان هذه الصفحة", "فقد تُستعمل الورقة ضدك", "لا تضيف شيئًا، ولا تسحب شيئًا، ولا تقرأ ردًّا. أما ما أرسلته فلا يضيع بضياعها", "لست مجبرًا",
			"شبكة عامة", "لا يحفظ عادةً", "لا يرى عادةً",
		},
		"de": {
			"Ihr eigenes Gerät", "Ein Telefon ist gefährlicher", "nur im Tor Browser", "(Safest)", "in Gefahr bringen", "keine Bilder vom Bildschirm",
			"Angaben über den Ort und das Gerät versteckt", "Fotos und Papiere unterwegs nicht", "alles auf einmal", "„Neue Identität“", "Kein Knopf kann alle Spuren löschen",
			"Ein gewöhnlicher Browser behält es", "Lernen Sie die Wörter auswendig", "nicht neben die Adresse", "gegen Sie verwendet werden", "nichts ergänzen, nichts zurückziehen und keine Antwort lesen. Was Sie gesendet haben, geht damit nicht verloren", "müssen keinen Code nehmen",
			"öffentliches WLAN", "behält normalerweise nicht", "sieht aber normalerweise nicht",
		},
		"tr": {
			"Kendi cihazınızı kullanın", "Telefon bilgisayardan daha tehlikelidir", "yalnızca Tor Browser ile", "(Safest)", "tehlikeye atabilir", "Ekran görüntüsü almayın",
			"yer ve cihaz hakkında gizli bilgiler", "yolda yanınızda taşımayın", "Bir oturuşta", "“Yeni kimlik”", "Hiçbir düğme bütün izleri silemez",
			"Sıradan bir tarayıcı ise saklar", "Kelimeleri ezberleyin", "adresinin yanına yazmayın", "size karşı kullanılabilir", "Bir şey ekleyemez, hiçbir şeyi geri çekemez, cevap okuyamazsınız. Gönderdikleriniz ise bununla kaybolmaz", "Kod almak zorunda değilsiniz",
			"herkese açık bir Wi-Fi", "sayfaları normalde saklamaz", "ama normalde ne açtığınızı",
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
