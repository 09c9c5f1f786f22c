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

// seek moves a variable up (way 1) or down (way -1) as far as it can go, or until enough
// says so.
func (d *dictionary) seek(target int, way float64, enough func() bool) {
	for steps := 20*(len(d.basic)+len(d.nonbasic)) + 100; steps > 0; steps-- {
		if enough() || !d.step(target, way) {
			return
		}
	}
}

// step makes one move; false if none makes the target better.
func (d *dictionary) step(target int, way float64) bool {
	best, dir := -1, 0.0
	for c, v := range d.nonbasic {
		gain := 0.0
		if row := d.rowOf[target]; row >= 0 {
			gain = d.factor[row][c]
		} else if v == target {
			gain = 1
		}
		if math.Abs(gain) < tiny || d.low[v] == d.high[v] || best >= 0 && v > d.nonbasic[best] {
			continue
		}
		up := way
		if gain < 0 {
			up = -way
		}
		if up > 0 && d.value[v] > d.high[v]-tiny || up < 0 && d.value[v] < d.low[v]+tiny {
			continue
		}
		best, dir = c, up // the lowest that can move, so that it never goes in circles
	}
	if best < 0 {
		return false
	}
	d.move(best, dir)
	return true
}

// move takes a nonbasic variable as far as it can go in a direction.
func (d *dictionary) move(c int, up float64) {
	v := d.nonbasic[c]
	far := d.high[v] - d.value[v]
	if up < 0 {
		far = d.value[v] - d.low[v]
	}
	leaves := -1
	for i, b := range d.basic {
		rate := d.factor[i][c] * up
		room := math.Inf(1)
		switch {
		case rate > tiny:
			room = (d.high[b] - d.value[b]) / rate
		case rate < -tiny:
			room = (d.low[b] - d.value[b]) / rate
		}
		room = max(room, 0)
		// Of those that stop it first the lowest leaves, for the same reason.
		if room < far-tiny || leaves >= 0 && room < far+tiny && b < d.basic[leaves] {
			far, leaves = min(far, room), i
		}
	}
	if far > 0 {
		d.value[v] += up * far
		for i, b := range d.basic {
			d.value[b] += d.factor[i][c] * up * far
		}
		d.p.visit(d.value)
	}
	if leaves >= 0 {
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

// widen looks for solutions until the values found of every variable lie as far apart as
// is asked, and returns the variables of which it found none that do.
func (p *problem) widen(apart []int) (narrow []int) {
	p.least, p.most = append([]int(nil), p.point...), append([]int(nil), p.point...)
	p.whole = make([]int, len(p.point))
	d := newDictionary(p)
	for v := range p.point {
		enough := func() bool { return p.most[v]-p.least[v] >= apart[v] }
		d.seek(v, 1, enough)
		d.seek(v, -1, enough)
		if !enough() {
			narrow = append(narrow, v)
		}
	}
	return narrow
}
