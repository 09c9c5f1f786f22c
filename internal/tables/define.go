package tables

// define says what a table counts. docs/tables.md says the same in words.
type define struct {
	id          string
	title, note Text
	rows        string   // an attribute
	columns     []string // none: one column of cases; one: its values, and all; more: one column for each, over the rows' values
	classes     bool     // the columns are the classes of the rows' values
	chart       Chart
}

var (
	overlapNote = Text{"قد تُعدّ الحالة الواحدة في أكثر من صف.", "One case may stand in several rows."}
	deathNote   = Text{"عن الحالات التي قيل إن صاحبها توفي أو تأكّدت وفاته.", "Of the cases in which he was declared dead or his death is confirmed."}
	arrestNote  = Text{"عن الحالات التي ذُكر فيها اعتقال.", "Of the cases in which an arrest is told."}
)

// defines are all tables, in the order in which they are shown. The summary of
// durations, which is no count, stands before the first of theirs.
func defines() []define {
	outcome := []string{"outcome"}
	all := []define{
		{id: "flow", title: Text{"من الانشقاق إلى ما آل إليه", "From defecting to the outcome"}, note: overlapNote, rows: "flow", chart: Bars},
		{id: "decree", title: Text{"مرسوم العفو وما آل إليه", "Amnesty decree and outcome"}, note: overlapNote, rows: "decree", columns: outcome, chart: Bars},
		{id: "decree_deadline", title: Text{"هل سلّم نفسه ضمن مهلة كل مرسوم", "Surrender against the deadline of each decree"},
			note: Text{"محسوب من تاريخ كل مرسوم ومهلته ومن تاريخ تسليم نفسه.", "Worked out from each decree’s day and grace, and the date of surrender."}, rows: "decree", classes: true, chart: Bars},
		{id: "deadline", title: Text{"المهلة وما آل إليه", "Deadline and outcome"},
			note: Text{"ضمن المهلة: لمرسوم واحد على الأقل من المراسيم المذكورة.", "Within the deadline: of at least one of the decrees named."}, rows: "deadline", columns: outcome, chart: Bars},
		{id: "in_time", title: Text{"المهلة كما ذكرها المصدر وكما حُسبت", "The deadline as told, and as worked out"}, rows: "in_time", columns: []string{"deadline"}},
		{id: "ground", title: Text{"مرسوم أو اتفاق أو كلاهما وما آل إليه", "Decree, agreement or both, and outcome"}, rows: "ground", columns: outcome, chart: Bars},
		{id: "agreement", title: Text{"الاتفاق أو مركز التسوية وما آل إليه", "Agreement or settlement centre, and outcome"}, note: overlapNote, rows: "agreement", columns: outcome, chart: Bars},
		{id: "guarantor", title: Text{"من ضمن له وما آل إليه", "Guarantor and outcome"}, note: overlapNote, rows: "guarantor", columns: outcome, chart: Bars},
		{id: "promise", title: Text{"ما وُعد به وهل نُقض", "What was promised, and whether it was broken"}, note: overlapNote, rows: "promise", classes: true, chart: Bars},
		{id: "category", title: Text{"صفة الخدمة وما آل إليه", "Kind of service and outcome"}, note: overlapNote, rows: "category", columns: outcome, chart: Bars},
		{id: "category_discharge", title: Text{"صفة الخدمة ووعد التسريح والاعتقال", "Kind of service, promise of discharge and arrest"}, note: overlapNote, rows: "category", columns: []string{"discharge"}, chart: Bars},
		{id: "surrender_to", title: Text{"لمن سلّم نفسه وما آل إليه", "To whom he surrendered, and outcome"}, rows: "surrender_to", columns: outcome, chart: Bars},
		{id: "arrest_by", title: Text{"من اعتقله وما آل إليه", "Who arrested him, and outcome"}, note: overlapNote, rows: "arrest_by", columns: outcome, chart: Bars},
		{id: "place", title: Text{"أماكن الاحتجاز وما آل إليه", "Places of detention and outcome"}, note: overlapNote, rows: "place", columns: outcome, chart: Bars},
		{id: "transfer", title: Text{"تنقّله بين أماكن الاحتجاز", "Moves between places of detention"}, note: overlapNote, rows: "transfer", chart: Bars},
	}
	for i := range durations {
		d := &durations[i]
		all = append(all, define{id: "duration_" + d.id, title: Text{"المدة: " + d.head.AR, "Duration: " + d.head.EN},
			note: Text{"التواريخ الناقصة تعطي أقل مدة ممكنة وأطولها.", "Dates of which a part is not known give a shortest and a longest duration."},
			rows: "least_" + d.id, columns: []string{"least_" + d.id, "most_" + d.id}, chart: Bars})
	}
	return append(all,
		define{id: "fate", title: Text{"مصيره", "Fate"}, rows: "fate", chart: Bars},
		define{id: "notice_how", title: Text{"كيف بُلّغ أهله بالوفاة", "How the family was told of the death"}, note: deathNote, rows: "notice_how", chart: Bars},
		define{id: "death_paper", title: Text{"شهادة الوفاة", "Death certificate"}, note: deathNote, rows: "death_paper", chart: Bars},
		define{id: "remains", title: Text{"الجثمان والقبر", "Body and grave"}, note: deathNote, rows: "remains", chart: Bars},
		define{id: "court", title: Text{"المحكمة", "Court"}, note: arrestNote, rows: "court", chart: Bars},
		define{id: "public_hearing", title: Text{"علنية الجلسة", "Public hearing"}, note: arrestNote, rows: "public_hearing", chart: Bars},
		define{id: "lawyer", title: Text{"المحامي", "Lawyer"}, note: arrestNote, rows: "lawyer", chart: Bars},
		define{id: "indictment", title: Text{"إبلاغه بالتهمة", "Told the charge"}, note: arrestNote, rows: "indictment", chart: Bars},
		define{id: "sentence", title: Text{"الحكم", "Sentence"}, note: arrestNote, rows: "sentence", chart: Bars},
		define{id: "governorate", title: Text{"محافظة الاعتقال وما آل إليه", "Governorate of arrest and outcome"}, rows: "arrest_gov", columns: outcome, chart: Bars},
		define{id: "surrender_gov", title: Text{"محافظة تسليم نفسه وما آل إليه", "Governorate of surrender and outcome"}, rows: "surrender_gov", columns: outcome, chart: Bars},
		define{id: "surrender_month", title: Text{"تسليم النفس شهرًا بشهر", "Surrenders by month"}, note: monthNote, rows: "surrender_month", chart: Line},
		define{id: "arrest_month", title: Text{"الاعتقالات شهرًا بشهر", "Arrests by month"}, note: monthNote, rows: "arrest_month", chart: Line},
		define{id: "heat", title: Text{"سنة الاعتقال ومحافظته", "Year and governorate of arrest"}, rows: "arrest_year", columns: []string{"arrest_gov"}, chart: Heat},
		define{id: "source_relation", title: Text{"صلة المصدر به", "Who the sources are to him"}, note: overlapNote, rows: "source_relation", chart: Bars},
		define{id: "knowledge", title: Text{"كيف عرف المصدر", "How the sources know"}, note: overlapNote, rows: "knowledge", chart: Bars},
		define{id: "sources", title: Text{"عدد المصادر لكل حالة", "Sources of each case"}, rows: "sources", chart: Bars},
		define{id: "corroboration", title: Text{"ما يؤيد الشهادات", "What bears the testimonies out"}, note: overlapNote, rows: "corroboration", chart: Bars},
		define{id: "missing", title: Text{"ما ينقص في كل سؤال", "What is missing for each question"}, rows: "missing", classes: true, chart: Bars},
	)
}

var monthNote = Text{"شهر لا يُعرف منه إلا الربع أو السنة يُعدّ في الربع أو السنة. والشهور القليلة مجموعة في ربع أو سنة.",
	"Where only the quarter or the year is known, the case stands there. Months with few cases stand together in their quarter or year."}

// paired tells whether the table has a column for each of several attributes.
func (d *define) paired() bool { return len(d.columns) > 1 }

// totals tells whether the table has a row and a column for all cases.
func (d *define) totals() (row, column bool) {
	return d.rows != "flow" && !d.classes, len(d.columns) == 1 || d.classes && d.id != "missing"
}

// skips tells whether a value of the rows' attribute has no row.
func (d *define) skips(code string) bool {
	return d.classes && (code == CodeUnknown || d.rows == "decree" && code == "none")
}
