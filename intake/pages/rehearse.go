package pages

import (
	"io"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// rehearse writes every page once, because html/template checks a template only
// when it is first executed, and a slot that nothing fills is found only then.
func (p *Pages) rehearse() error {
	for _, lang := range p.languages {
		state := State{Reviewers: 1, Epoch: 1}
		replies := []ReplyHead{{Day: "2026-11-22"}}
		errs := []error{
			p.Landing(io.Discard, lang, state),
			p.Safety(io.Discard, lang, state),
			p.Before(io.Discard, lang, state),
			p.Form(io.Discard, lang, state, Form{}),
			p.Form(io.Discard, lang, State{}, Form{}),
			p.Name(io.Discard, lang, state, Form{}),
			p.Receipt(io.Discard, lang, Receipt{Day: "2026-11-22"}),
			p.Receipt(io.Discard, lang, Receipt{Day: "2026-11-22", Files: 1, Token: "x"}),
			p.Receipt(io.Discard, lang, Receipt{Day: "2026-11-22", Code: []string{"x"}, Token: "x"}),
			p.Return(io.Discard, lang, Return{}),
			p.Return(io.Discard, lang, Return{Problem: Expired, Words: "x", FilesLost: []string{"x"}}),
			p.Thread(io.Discard, lang, state, Thread{}),
			p.Thread(io.Discard, lang, state, Thread{Parts: 2, Collected: 1, Replies: replies, Added: true}),
			p.Thread(io.Discard, lang, state, Thread{Parts: 1, Collected: 1}),
			p.Thread(io.Discard, lang, state, Thread{Parts: 3, Collected: 2, Purged: 1}),
			p.Thread(io.Discard, lang, state, Thread{Parts: 1, Unreadable: true}),
			p.Thread(io.Discard, lang, state, Thread{
				Parts: 1, Refused: Closed, Form: Form{Values: map[string][]string{testimony.Narrative: {"x"}}},
			}),
			p.Thread(io.Discard, lang, state, Thread{
				Withdrawn: true, Unfinished: true, Form: Form{Values: map[string][]string{testimony.Narrative: {"x"}}},
			}),
			p.Reply(io.Discard, lang, Reply{Day: "2026-11-22"}),
			p.Withdraw(io.Discard, lang, Withdraw{Parts: 2, Collected: 1}),
			p.Withdrawn(io.Discard, lang, Withdrawn{Destroyed: 1, Collected: 1}),
			p.Withdrawn(io.Discard, lang, Withdrawn{}),
		}
		for kind := range kinds {
			errs = append(errs, p.Problem(io.Discard, lang, Problem{Kind: kind}))
		}
		// One kind for each field that a problem can be about, and one for answers.
		for _, kind := range []ProblemKind{Empty, TooManyFiles, Mistyped, Invalid} {
			form := Form{Problem: kind, FilesLost: []string{"x"}}
			if kind == Invalid {
				form.Fields = p.everyProblem()
			}
			errs = append(errs,
				p.Return(io.Discard, lang, Return{Problem: kind}),
				p.Form(io.Discard, lang, state, form),
				p.Form(io.Discard, lang, state, Form{Problem: kind, FilesMaybeLost: true}),
				p.Name(io.Discard, lang, state, form),
				p.Thread(io.Discard, lang, state, Thread{Form: form}))
		}
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// everyProblem returns one problem of every kind with the narrative.
func (p *Pages) everyProblem() []questionnaire.Problem {
	var all []questionnaire.Problem
	for _, kind := range []questionnaire.ProblemKind{
		questionnaire.TooLong, questionnaire.NotInList, questionnaire.Impossible, questionnaire.NotText, questionnaire.TooMany,
	} {
		all = append(all, questionnaire.Problem{Key: testimony.Narrative, Question: p.narrative, Kind: kind})
	}
	return all
}
