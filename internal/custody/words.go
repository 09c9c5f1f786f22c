package custody

import (
	"fmt"

	"amana/internal/testimony"
)

// words are the words of one language.
type words struct {
	Lang, Dir string

	Title, Of, Made, Intact, Broken, Record string
	Originals, ID, Thread, Received         string
	Bundle, File, Payload, Document, Bytes  string
	SourceFiles, None                       string
	Steps, Day, Act, By, Key, Why, To       string
	More, What, Hash, Before, Signature     string
	Proves, ProvesNot                       string
	ProvesList, ProvesNotList               []string
	Mark, MarkMore, MarkFor                 string   // who it is for
	ProvesFor                               []string // to others, in place of ProvesList
	NotFor                                  string   // to others, before ProvesNotList

	acts  map[Act]string
	kinds map[testimony.Kind]string
}

// Name says an act in a person's words.
func (w *words) Name(a Act) string {
	if name := w.acts[a]; name != "" {
		return name
	}
	return string(a)
}

// Part says what an envelope is in a person's words.
func (w *words) Part(kind string) string {
	if name := w.kinds[testimony.Kind(kind)]; name != "" {
		return name
	}
	return kind
}

// mark returns the line that says who a story is for, and what more is to be known.
func (w *words) mark(s *Story) (mark, more string) {
	if s.handed() {
		return fmt.Sprintf(w.MarkFor, s.For.In(w.Lang)), ""
	}
	return w.Mark, w.MarkMore
}

// proven returns what a story shows, and what it does not.
func (w *words) proven(s *Story) (proves, not []string) {
	if s.handed() {
		return w.ProvesFor, append([]string{w.NotFor}, w.ProvesNotList...)
	}
	return w.ProvesList, w.ProvesNotList
}

// Others says how many others an act was done with.
func (w *words) Others(n int) string {
	if w.Lang == "ar" {
		return fmt.Sprintf("ومعها غيرها، عددها %d", n)
	}
	if n == 1 {
		return "and 1 other"
	}
	return fmt.Sprintf("and %d others", n)
}

// wordsOf returns the words of a language, Arabic if it is none of ours.
func wordsOf(lang string) *words {
	if lang == "en" {
		return &english
	}
	return &arabic
}

var english = words{
	Lang: "en", Dir: "ltr",
	Mark:     "For the reviewers’ own desk. It holds what sources did not allow others to see. Give it to nobody.",
	MarkMore: "What may be handed to somebody is printed with --to, for a court for example.",
	MarkFor:  "Only for: %s. Of the record it holds what the sources allowed for that, and nothing else.",
	ProvesFor: []string{
		"The reviewers keep a record in which each step is signed and names the step before it by its hash. When this was printed the chain was whole; the hash of its last step stands above.",
		"The server signed the hash of each testimony when it handed it over, without being able to read it. The same hash stands here.",
		"When amana-decrypt custody verify finds no fault on the reviewers' machine, the originals are, byte for byte, those whose hashes stand here.",
	},
	NotFor: "Steps are left out that are not for whom this is for, so their numbers have gaps. The names of reviewers and their signatures stay with the reviewers: this page alone proves no signature.",
	Title:  "Record of custody", Of: "Of", Made: "Printed on",
	Intact:    "The chain of the record is whole: every link follows the one before it, and every signature holds.",
	Broken:    "THE RECORD IS BROKEN. What follows cannot be relied upon:",
	Record:    "The whole record has %d links; the last is",
	Originals: "The testimonies as they are kept", ID: "Testimony", Thread: "Thread (one source)", Received: "Received by the server on",
	Bundle: "Bundle that carried it (SHA-256)", File: "Sealed file (SHA-256)", Payload: "Payload, as the server signed it (SHA-256)",
	Document: "Text of the testimony, testimony.json (SHA-256)", Bytes: "bytes", SourceFiles: "Files of the source (SHA-256)", None: "none",
	Steps: "What was done, step by step", Day: "Day", Act: "What was done", By: "Signed by", Key: "Key", Why: "Why", To: "To whom",
	More: "Particulars", What: "With what", Hash: "Hash of this step", Before: "Hash of the step before", Signature: "Signature",
	Proves: "What this shows", ProvesNot: "What this does not show",
	ProvesList: []string{
		"Each step was signed with the key of the reviewer it names, and names the step before it by its hash. No step can be changed, taken out or put in between without breaking the chain.",
		"The server signed the hash of each testimony when it handed it over, without being able to read it. The same hash stands here.",
		"When amana-decrypt custody verify finds no fault, the originals are, byte for byte, those whose hashes stand here.",
		"Anybody can check steps and signatures without this program, with sha256sum and openssl: docs/formats-custody.md says how.",
	},
	ProvesNotList: []string{
		"It does not show that what a testimony tells is true, nor who wrote it: sources are anonymous.",
		"The days are those of the reviewers' own clocks, and the day of receipt is the server's word. Hours are not kept, to protect the source.",
		"That no steps were cut off at the end is shown only by comparing the last hash with one written down earlier elsewhere: in an export, a report, or a folder for the server.",
		"What was done without this program is not in it: a photographed screen, an original opened with another tool.",
		"A reviewer with the key could have written a false record from the start. The signatures name who answers for it.",
	},
	acts: map[Act]string{
		Received: "received by the server", Carried: "carried over to the reviewers on a stick", Opened: "opened with the reviewer's key",
		Verified: "compared with what the server signed", Copied: "copied unchanged", Viewed: "shown to be read", Closed: "the readable copy was removed",
		Coded: "described in the reviewers' terms", Linked: "linked to a person's case", Unlinked: "link to a person's case taken back",
		Merged: "another reviewer's coding taken in", Revealed: "a small number printed, with a reason", Reported: "used in a report",
		Exported: "handed on", Imported: "taken in from an export", Replied: "a reply to the source was written",
		Acknowledged: "its arrival was confirmed to the server", Rewrapped: "its header was made anew for other reviewers", Confirmed: "its new header was tried",
	},
	kinds: map[testimony.Kind]string{
		testimony.First: "testimony", testimony.Addition: "addition", testimony.Name: "page of his name",
		testimony.Withdrawal: "withdrawal", testimony.Fetched: "note that a reply was read", testimony.Probe: "the operator's own probe",
	},
}

var arabic = words{
	Lang: "ar", Dir: "rtl",
	Mark:     "لعمل المراجعين وحدهم. فيه ما لم تسمح المصادر بأن يراه غيرهم. لا تعطوه لأحد.",
	MarkMore: "ما يجوز تسليمه لجهة، كمحكمة مثلًا، يُطبع مع --to.",
	MarkFor:  "لهذه الجهة وحدها: %s. فيه من السجل ما سمحت به المصادر لها، وليس فيه غير ذلك.",
	ProvesFor: []string{
		"عند المراجعين سجل، كل خطوة فيه موقّعة وتذكر بصمة الخطوة التي قبلها. كان السجل سليمًا حين طُبعت هذه الصفحة، وبصمة آخر خطوة فيه مكتوبة في أعلاها.",
		"وقّع الخادم بصمة كل شهادة حين سلّمها، وهو لا يستطيع قراءتها. والبصمة نفسها مكتوبة هنا.",
		"حين لا يجد الأمر amana-decrypt custody verify خللًا على جهاز المراجعين، تكون الأصول هي نفسها، حرفًا حرفًا، التي بصماتها مكتوبة هنا.",
	},
	NotFor: "حُذفت خطوات لا تخص الجهة التي طُبع لها، فأرقام الخطوات غير متتالية. أسماء المراجعين وتواقيعهم تبقى عندهم: هذه الصفحة وحدها لا تثبت توقيعًا.",
	Title:  "سجل حفظ الشهادة", Of: "عن", Made: "طُبع يوم",
	Intact:    "السجل سليم: كل خطوة تتبع التي قبلها، وكل التواقيع صحيحة.",
	Broken:    "السجل مكسور. لا يُعتمد على ما يلي:",
	Record:    "عدد خطوات السجل كله: %d، وآخرها",
	Originals: "الشهادات كما هي محفوظة", ID: "الشهادة", Thread: "السلسلة (مصدر واحد)", Received: "يوم استلمها الخادم",
	Bundle: "الحزمة التي نقلتها (SHA-256)", File: "الملف المختوم (SHA-256)", Payload: "المحتوى كما وقّعه الخادم (SHA-256)",
	Document: "نص الشهادة، testimony.json (SHA-256)", Bytes: "بايت", SourceFiles: "ملفات المصدر (SHA-256)", None: "لا يوجد",
	Steps: "ما جرى، خطوة خطوة", Day: "اليوم", Act: "ما جرى", By: "وقّعه", Key: "المفتاح", Why: "لماذا", To: "لمن",
	More: "تفاصيل", What: "بماذا", Hash: "بصمة هذه الخطوة", Before: "بصمة الخطوة السابقة", Signature: "التوقيع",
	Proves: "ما يثبته هذا السجل", ProvesNot: "ما لا يثبته هذا السجل",
	ProvesList: []string{
		"كل خطوة موقّعة بمفتاح المراجع المذكور فيها، وتذكر بصمة الخطوة التي قبلها. لا يمكن تغيير خطوة أو حذفها أو زيادة خطوة بينها دون أن ينكسر السجل.",
		"وقّع الخادم بصمة كل شهادة حين سلّمها، وهو لا يستطيع قراءتها. والبصمة نفسها مكتوبة هنا.",
		"حين لا يجد الأمر amana-decrypt custody verify خللًا، تكون الأصول هي نفسها، حرفًا حرفًا، التي بصماتها مكتوبة هنا.",
		"يستطيع أي شخص التحقق من الخطوات والتواقيع دون هذا البرنامج، بأداتي sha256sum وopenssl. الشرح في docs/formats-custody.md.",
	},
	ProvesNotList: []string{
		"لا يثبت أن ما ترويه الشهادة صحيح، ولا من كتبها: المصادر مجهولون.",
		"الأيام بحسب ساعات أجهزة المراجعين، ويوم الاستلام بحسب قول الخادم. لا تُحفظ الساعات، حمايةً للمصدر.",
		"لا يثبت أن خطوات لم تُحذف من آخره إلا بمقارنة البصمة الأخيرة ببصمة كُتبت من قبل في مكان آخر: في تصدير، أو تقرير، أو مجلد أُرسل إلى الخادم.",
		"لا يذكر ما جرى دون هذا البرنامج: تصوير الشاشة مثلًا، أو فتح الأصل بأداة أخرى.",
		"كان يمكن لمراجع يملك المفتاح أن يكتب سجلًا كاذبًا من أوله. التواقيع تبيّن من المسؤول عنه.",
	},
	acts: map[Act]string{
		Received: "استلمها الخادم", Carried: "نُقلت إلى المراجعين على وحدة تخزين", Opened: "فُتحت بمفتاح المراجع",
		Verified: "قورنت بما وقّعه الخادم", Copied: "نُسخت دون تغيير", Viewed: "عُرضت للقراءة", Closed: "أُزيلت النسخة المقروءة",
		Coded: "وُصفت بمصطلحات المراجعين", Linked: "رُبطت بحالة شخص", Unlinked: "أُلغي ربطها بحالة شخص",
		Merged: "أُضيف إليها وصف مراجع آخر", Revealed: "طُبع عدد صغير مع ذكر السبب", Reported: "استُعملت في تقرير",
		Exported: "سُلّمت إلى جهة أخرى", Imported: "أُدخلت من ملف مصدَّر", Replied: "كُتب رد إلى المصدر",
		Acknowledged: "أُكّد للخادم وصولها", Rewrapped: "جُدّد ختمها لمراجعين آخرين", Confirmed: "جُرّب ختمها الجديد",
	},
	kinds: map[testimony.Kind]string{
		testimony.First: "شهادة", testimony.Addition: "إضافة", testimony.Name: "صفحة اسمه",
		testimony.Withdrawal: "سحب", testimony.Fetched: "إشعار بقراءة رد", testimony.Probe: "تجربة من المشغّل",
	},
}
