package export

import (
	"fmt"
	"io"

	"amana/internal/consent"
)

// writeReadme writes what whoever opens the folder must know first.
func (j *Job) writeReadme(folder *Folder) error {
	return folder.write("READ-ME-FIRST.txt", func(w io.Writer) error {
		use := j.Selection.Use
		if use == consent.Own {
			_, err := io.WriteString(w, ownWords)
			return err
		}
		if _, err := fmt.Fprintf(w, otherWords, use.In("en"), use.In("ar")); err != nil {
			return err
		}
		if j.files() {
			if _, err := io.WriteString(w, fileWords); err != nil {
				return err
			}
		}
		return nil
	})
}

const ownWords = `THE REVIEWERS' OWN ARCHIVE. FOR NOBODY ELSE.
It holds everything, in the open: names, what must never be published, testimonies that
were taken back, and what sources allowed to nobody. Consent was not asked for anything
in it. Whoever reads it can find people who can be killed. Keep it on an encrypted disk,
and hand on nothing of it: make an export for whom you mean it.

أرشيف المراجعين أنفسهم. ليس لأحد غيرهم.
فيه كل شيء مكشوفًا: الأسماء، وما يجب ألا يُنشر أبدًا، وشهادات سُحبت، وما لم تسمح به
المصادر لأحد. من يقرأه قد يصل إلى أناس يمكن أن يُقتلوا. احفظوه على قرص مشفّر، ولا تسلّموا
منه شيئًا: اصنعوا تصديرًا لمن تقصدون.
`

const otherWords = `For: %s. For nobody else.
Only what its sources allowed for this is in it. It is not encrypted. People who wrote it,
and people it is about, can be killed if it comes into other hands: keep it on an
encrypted disk, do not send it by mail, and do not hand it on.
manifest.json names every file with its SHA-256.

لمن: %s. ليس لأحد غيرهم.
فيه ما سمحت به مصادره لهذا الغرض فقط. وهو غير مشفّر. من كتبوه ومن يتحدث عنهم قد يُقتلون إن
وقع في أيدٍ أخرى: احفظوه على قرص مشفّر، ولا ترسلوه بالبريد، ولا تسلّموه لأحد.
في manifest.json اسم كل ملف وبصمته SHA-256.
`

const fileWords = `
The files are as the sources sent them. They can hold where and when they were made, and
what made them; and they can harm the computer that opens them.

الملفات كما أرسلتها المصادر. قد تحمل مكان صنعها ووقته والجهاز الذي صنعها، وقد تؤذي الحاسوب
الذي يفتحها.
`
