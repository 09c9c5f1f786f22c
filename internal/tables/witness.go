package tables

import "math"

// problem is a group of counts that depend on each other: what an attacker can work
// out of one is a question about all. Its point is the truth, a solution in whole
// numbers; others are looked for.
type problem struct {
	low, high []int // bounds of each variable
	point     []int // the truth
	rows      []equation
	least     []int // smallest and greatest value that a solution was found with
	most      []int
	whole     []int // for visit
	work      *int  // what may still be done; nothing is found when it is used up
}

// equation says that the sum of some variables, with signs, and of a number is 0, or
// at least 0.
type equation struct {
	vars   []int
	signs  []int8
	number int
	least  bool
}

func (e *equation) sum(x []int) int {
	sum := e.number
	for i, v := range e.vars {
		sum += int(e.signs[i]) * x[v]
	}
	return sum
}

func (e *equation) holds(x []int) bool {
	sum := e.sum(x)
	return sum == 0 || e.least && sum > 0
}

// slack tells whether an inequality holds wherever the variables stand in their bounds.
func (e *equation) slack(p *problem) bool {
	sum := e.number
	for i, v := range e.vars {
		if e.signs[i] > 0 {
			sum += p.low[v]
		} else {
			sum -= p.high[v]
		}
	}
	return e.least && sum >= 0
}

// dictionary is the linear program over a problem: each basic variable is the sum of the
// nonbasic ones, with factors. It begins at the truth and stays among the solutions, so
// that it needs no first phase; a nonbasic variable may stand between its bounds.
type dictionary struct {
	p            *problem
	n            int         // variables; behind them a slack for each row
	factor       [][]float64 // by row and column
	basic        []int       // by row
	nonbasic     []int       // by column
	low, high    []float64
	value        []float64
	rowOf, colOf []int // by variable, -1 if it is none
}

const tiny = 1e-7

func newDictionary(p *problem) *dictionary {
	n, m := len(p.point), len(p.rows)
	d := &dictionary{p: p, n: n, low: make([]float64, n+m), high: make([]float64, n+m), value: make([]float64, n+m),
		rowOf: make([]int, n+m), colOf: make([]int, n+m)}
	for v := range n {
		d.low[v], d.high[v], d.value[v] = float64(p.low[v]), float64(p.high[v]), float64(p.point[v])
		d.nonbasic = append(d.nonbasic, v)
		d.rowOf[v], d.colOf[v] = -1, v
	}
	for i := range p.rows {
		e := &p.rows[i]
		row := make([]float64, n)
		for j, v := range e.vars {
			row[v] += float64(e.signs[j])
		}
		s := n + i
		d.factor, d.basic = append(d.factor, row), append(d.basic, s)
		d.rowOf[s], d.colOf[s] = i, -1
		d.value[s] = float64(e.sum(p.point))
		if e.least {
			d.high[s] = math.Inf(1)
		}
	}
	return d
}

// maxSteps bounds a search. What it does not find in time counts as not there, so that
// more is suppressed than must be.
const maxSteps = 400

// seek moves a variable up (way 1) or down (way -1) as far as it can go, or until enough
// says so.
func (d *dictionary) seek(target int, way float64, enough func() bool) {
	for steps := maxSteps; steps > 0; steps-- {
		if enough() || *d.p.work < 0 || !d.step(target, way) {
			return
		}
	}
}

// step makes one move, of those that make the target better the one that does so most;
// false if none does.
func (d *dictionary) step(target int, way float64) bool {
	best, dir, most := -1, 0.0, 0.0
	row := d.rowOf[target]
	for c, v := range d.nonbasic {
		gain := 0.0
		if row >= 0 {
			gain = d.factor[row][c]
		} else if v == target {
			gain = 1
		}
		if math.Abs(gain) < tiny || d.low[v] == d.high[v] {
			continue
		}
		up := way
		if gain < 0 {
			up = -way
		}
		if up > 0 && d.value[v] > d.high[v]-tiny || up < 0 && d.value[v] < d.low[v]+tiny {
			continue
		}
		far, _ := d.room(c, up)
		better := math.Abs(gain) * far
		// If none moves at all the lowest is taken, so that it never goes in circles.
		if best < 0 || better > most+tiny || most < tiny && better < tiny && v < d.nonbasic[best] {
			best, dir, most = c, up, better
		}
	}
	if best < 0 {
		return false
	}
	d.move(best, dir)
	return true
}

// room returns how far a nonbasic variable can go in a direction, and the row that stops
// it, -1 if that is its own bound.
func (d *dictionary) room(c int, up float64) (far float64, stops int) {
	v := d.nonbasic[c]
	far, stops = d.high[v]-d.value[v], -1
	if up < 0 {
		far = d.value[v] - d.low[v]
	}
	for i, b := range d.basic {
		rate := d.factor[i][c] * up
		var room float64
		switch {
		case rate > tiny:
			room = (d.high[b] - d.value[b]) / rate
		case rate < -tiny:
			room = (d.low[b] - d.value[b]) / rate
		default:
			continue
		}
		room = max(room, 0)
		if room < far-tiny || stops >= 0 && room < far+tiny && b < d.basic[stops] {
			far, stops = min(far, room), i
		}
	}
	*d.p.work -= len(d.basic)
	return far, stops
}

// move takes a nonbasic variable as far as it can go in a direction.
func (d *dictionary) move(c int, up float64) {
	v := d.nonbasic[c]
	far, leaves := d.room(c, up)
	if far > 0 {
		d.value[v] += up * far
		for i, b := range d.basic {
			d.value[b] += d.factor[i][c] * up * far
		}
		d.p.visit(d.value)
	}
	if leaves >= 0 {
		*d.p.work -= len(d.basic) * len(d.nonbasic)
		d.pivot(leaves, c)
	}
}

// pivot lets the variable of a column and that of a row change places.
func (d *dictionary) pivot(r, c int) {
	row := d.factor[r]
	by := 1 / row[c]
	for j := range row {
		row[j] *= -by
	}
	row[c] = by
	for i := range d.factor {
		f := d.factor[i][c]
		if i == r || f == 0 {
			continue
		}
		other := d.factor[i]
		other[c] = 0
		for j, x := range row {
			if x != 0 {
				other[j] += f * x
			}
		}
	}
	v, b := d.nonbasic[c], d.basic[r]
	d.nonbasic[c], d.basic[r] = b, v
	d.rowOf[v], d.colOf[v] = r, -1
	d.rowOf[b], d.colOf[b] = -1, c
}

// visit takes note of a solution, if it is one in whole numbers.
func (p *problem) visit(value []float64) {
	x := p.whole
	for v := range x {
		whole := math.Round(value[v])
		if math.Abs(whole-value[v]) > 1e-6 {
			return
		}
		x[v] = int(whole)
		if x[v] < p.low[v] || x[v] > p.high[v] {
			return
		}
	}
	for i := range p.rows {
		if !p.rows[i].holds(x) {
			return
		}
	}
	for v := range x {
		p.least[v], p.most[v] = min(p.least[v], x[v]), max(p.most[v], x[v])
	}
}

// widen looks for solutions until the values found of a variable lie far enough apart.
func (p *problem) widen(v, apart int) {
	p.least, p.most = append([]int(nil), p.point...), append([]int(nil), p.point...)
	p.whole = make([]int, len(p.point))
	d := newDictionary(p)
	enough := func() bool { return p.most[v]-p.least[v] >= apart }
	d.seek(v, 1, enough)
	d.seek(v, -1, enough)
}
