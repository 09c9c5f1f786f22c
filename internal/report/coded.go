package report

// coded returns the words for a field of the codebook and what was coded in it.
func (l *language) coded(field, code string) (label string, v value) {
	return field, value{Text: code}
}

// decrees returns the amnesty decrees that the timeline marks.
func (l *language) decrees(byKey map[string]*answerRow) []tick { return nil }
