package preview

// words are the warnings as people read them: Arabic, English.
var words = map[Warning][2]string{
	Program:      {"برنامج: لا تفتحوه أبدًا على جهاز فيه شيء مهم.", "A program: never open it on a machine that holds anything of worth."},
	Script:       {"أوامر يشغّلها الجهاز إن فُتح الملف.", "Commands that the machine runs if the file is opened."},
	Page:         {"صفحة ويب: المتصفح يشغّل ما فيها ويطلب ما تسمّيه من الشبكة.", "A web page: a browser runs what is in it, and asks the network for what it names."},
	Drawing:      {"رسم SVG: قد يحمل أوامر مثل صفحة ويب.", "An SVG drawing: it can hold commands like a web page."},
	PDFScript:    {"ملف PDF فيه برنامج (JavaScript).", "A PDF with a program in it (JavaScript)."},
	PDFLaunch:    {"ملف PDF يفتح شيئًا آخر أو يرسل ما يُكتب فيه.", "A PDF that opens something else, or sends what is filled in."},
	PDFOpen:      {"ملف PDF يفعل شيئًا بمجرد فتحه.", "A PDF that does something as soon as it is opened."},
	PDFFiles:     {"ملف PDF في داخله ملفات أخرى.", "A PDF with other files inside."},
	Macro:        {"مستند فيه برنامج (ماكرو).", "A document with a program in it (macro)."},
	Object:       {"مستند في داخله ملفات أو أدوات أخرى.", "A document with other files or controls inside."},
	External:     {"يطلب شيئًا من الشبكة عند فتحه: قد يدلّ على مكانكم.", "Asks for something from the network when opened: that can give away where you are."},
	Archive:      {"أرشيف في داخله ملفات أخرى.", "An archive with other files inside."},
	ArchiveRisky: {"أرشيف في داخله برامج أو أوامر أو صفحات.", "An archive with programs, commands or pages inside."},
	Escapes:      {"أرشيف يكتب خارج مجلده إن فُكّ.", "An archive that writes outside of its folder when it is unpacked."},
	Formula:      {"جدول في خاناته أوامر يحسبها برنامج الجداول.", "A table with something in its cells that a spreadsheet computes."},
	Bomb:         {"صُنع ليملأ القرص أو الذاكرة إن فُتح.", "Made to fill the disk or the memory if it is opened."},
	Polyglot:     {"هو شيئان في آن واحد: هكذا تُخفى الهجمات.", "It is two things at once: attacks are hidden so."},
	Mismatch:     {"محتواه ليس من النوع الذي يقوله اسمه.", "It is not what its name says."},
	Unknown:      {"لا يُعرف ما هو.", "Nobody can tell what it is."},
	Locked:       {"مشفّر: تعذّر النظر في داخله.", "Encrypted: it could not be looked into."},
	NotWhole:     {"تعذّر فحصه كله.", "It could not be looked into wholly."},
	NoPicture:    {"صورة لم تُرسم: تالفة، أو أكبر من الحد المسموح.", "A picture that was not drawn: broken, or larger than may be."},
	Location:     {"فيه المكان الذي صُنع فيه.", "It says where it was made."},
	Device:       {"فيه الجهاز الذي صُنع به.", "It says with which device it was made."},
	Person:       {"فيه اسم من صنعه أو من يملكه.", "It says who made or owns it."},
}

// In returns what a warning says in a language, "ar" or any other for English.
func (w Warning) In(language string) string {
	if language == "ar" {
		return words[w][0]
	}
	return words[w][1]
}
