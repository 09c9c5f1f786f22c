package consent

// words are the uses as people read them: Arabic, English.
var words = map[Use][2]string{
	Own:                {"عمل المراجعين أنفسهم", "the reviewers’ own work"},
	Numbers:            {"الأعداد في الجداول", "numbers in tables"},
	Report:             {"تقرير منشور، مع تفاصيل", "a published report, with details"},
	WGEID:              {"فريق الأمم المتحدة المعني بالاختفاء القسري", "UN Working Group on Enforced or Involuntary Disappearances"},
	IIMP:               {"المؤسسة المستقلة المعنية بالمفقودين في سوريا", "Independent Institution on Missing Persons in Syria"},
	IIIM:               {"الآلية الدولية المحايدة والمستقلة", "International, Impartial and Independent Mechanism"},
	CoI:                {"لجنة التحقيق الدولية", "Commission of Inquiry on Syria"},
	CourtAbroad:        {"محكمة في بلد آخر", "courts of other countries"},
	CourtInternational: {"محكمة دولية", "international courts"},
	CourtSyrian:        {"محكمة سورية", "Syrian courts"},
	National:           {"الهيئة الوطنية للمفقودين في سوريا", "National Commission for the Missing in Syria"},
}

// In returns what a use is in a language, "ar" or any other for English.
func (u Use) In(language string) string {
	w, known := words[u]
	switch {
	case !known:
		return string(u)
	case language == "ar":
		return w[0]
	}
	return w[1]
}
