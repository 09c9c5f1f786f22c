package export

// draftText are the words of a draft in one language.
type draftText struct {
	title, nobody, person, name, date, place, forces, search, reporter, anonymous string
	family, familyAgrees, familyNot, familyUnknown, more, accounts, end           string
	missing, month, differ, held, comma                                           string
}

var draftWords = map[string]draftText{
	"en": {
		title:         "DRAFT for the Working Group on Enforced or Involuntary Disappearances",
		nobody:        "Nobody has filed this. It was made by a program from what sources wrote, and a person must read, correct and complete it.\nOne form for each person. Send copies, never originals. The Working Group cannot protect anybody from harm.",
		person:        "Case:",
		name:          "His full name",
		date:          "The date on which he was arrested or last seen (at least month and year)",
		place:         "The place where he was arrested or last seen",
		forces:        "The forces that are believed to be responsible",
		search:        "What the family did to find him, or why they did nothing",
		reporter:      "Who reports this (the Working Group keeps it confidential)",
		anonymous:     "MISSING. The source is not known to us. The organisation that files must name itself here, and must be able to answer later questions.",
		family:        "The family’s consent, which an organisation needs",
		familyAgrees:  "A source says that his close family knows and agrees. Confirm it before filing.",
		familyNot:     "MISSING. A source says that his close family does not know, or has not agreed. Do not file.",
		familyUnknown: "MISSING. No source says whether his close family knows and agrees.",
		more:          "What else the sources say",
		accounts:      "Accounts, in the sources’ own words",
		end:           "End of the draft. Nobody has filed it.",
		missing:       "MISSING. No source says it.",
		month:         "MISSING: the month. The Working Group asks for month and year at least.",
		differ:        "The sources contradict each other:",
		held:          "Held in:",
		comma:         "; ",
	},
	"ar": {
		title:         "مسودة إلى الفريق العامل المعني بحالات الاختفاء القسري أو غير الطوعي",
		nobody:        "لم يقدّم أحد هذه المسودة. كتبها برنامج مما كتبته المصادر، ولا بد أن يقرأها إنسان ويصحّحها ويكملها.\nاستمارة واحدة لكل شخص. تُرسل نسخ، ولا تُرسل الأصول أبدًا. ولا يستطيع الفريق أن يحمي أحدًا من الأذى.",
		person:        "الحالة:",
		name:          "اسمه الكامل",
		date:          "تاريخ اعتقاله أو آخر مرة شوهد فيها (الشهر والسنة على الأقل)",
		place:         "مكان اعتقاله أو المكان الذي شوهد فيه آخر مرة",
		forces:        "الجهات التي يُعتقد أنها مسؤولة",
		search:        "ما فعلته العائلة للبحث عنه، أو لماذا لم تفعل شيئًا",
		reporter:      "من يبلّغ (يحفظ الفريق ذلك سرًّا)",
		anonymous:     "ناقص. المصدر غير معروف لنا. على المنظمة التي تقدّم أن تذكر اسمها هنا، وأن تستطيع الإجابة عن الأسئلة لاحقًا.",
		family:        "موافقة العائلة، والمنظمة تحتاج إليها",
		familyAgrees:  "يقول أحد المصادر إن عائلته القريبة تعلم وتوافق. تأكدوا من ذلك قبل التقديم.",
		familyNot:     "ناقص. يقول أحد المصادر إن عائلته القريبة لا تعلم أو لم توافق. لا تقدّموا.",
		familyUnknown: "ناقص. لم يذكر أي مصدر هل تعلم عائلته القريبة وتوافق.",
		more:          "ما تقوله المصادر غير ذلك",
		accounts:      "الروايات بكلمات المصادر",
		end:           "انتهت المسودة. لم يقدّمها أحد.",
		missing:       "ناقص. لم يذكره أي مصدر.",
		month:         "ناقص: الشهر. يطلب الفريق الشهر والسنة على الأقل.",
		differ:        "تتناقض المصادر:",
		held:          "احتُجز في:",
		comma:         "؛ ",
	},
}

// noDraft heads the list of the cases without a draft.
var noDraft = map[string]string{
	"en": "For these cases the sources allow it, but no draft can be made: there is no page of his name that may go.",
	"ar": "هذه الحالات تسمح مصادرها بذلك، لكن لا يمكن كتابة مسودة لها: ليست هناك صفحة باسمه يجوز أن تُرسل.",
}
