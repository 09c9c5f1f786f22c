// Reads what the exports write with packages that others made, for the tests.
//
//   node read.cjs csv FILE    prints its rows as JSON; fails if it is not CSV
//   node read.cjs ftm FILE    prints its entities as JSON; fails if the model has no
//                             place for something in it
'use strict'
const fs = require('fs')
const [what, path] = process.argv.slice(2)
const data = fs.readFileSync(path)

// ftm holds each line to the model: its schema, its properties, their types, what must
// be there, and that what it points to is there and of the right kind.
function ftm (text) {
  const { Model, defaultModel } = require('@alephdata/followthemoney')
  const model = new Model(defaultModel)
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new Error('no line end at the end')
  const entities = new Map()
  for (const line of lines) {
    const raw = JSON.parse(line)
    if (Object.keys(raw).sort().join() !== 'id,properties,schema') throw new Error('keys: ' + Object.keys(raw))
    if (!/^[a-zA-Z0-9-]+$/.test(raw.id) || entities.has(raw.id)) throw new Error('id: ' + raw.id)
    const entity = model.getEntity(raw) // throws on a property that there is not
    if (entity.schema.abstract) throw new Error(raw.schema + ' is abstract')
    entities.set(raw.id, { raw, entity })
  }
  const date = /^[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/
  for (const { raw, entity } of entities.values()) {
    for (const name of entity.schema.required || []) {
      if (!(raw.properties[name] || []).length) throw new Error(raw.schema + ' has no ' + name)
    }
    for (const [name, values] of Object.entries(raw.properties)) {
      const property = entity.schema.getProperty(name)
      if (property.stub) throw new Error(name + ' is a stub')
      if (!Array.isArray(values) || !values.length) throw new Error(name + ' has no values')
      for (const value of values) {
        if (typeof value !== 'string' || !value.trim()) throw new Error(name + ' is no text')
        switch (property.type.name) {
          case 'date':
            if (!date.test(value)) throw new Error(name + ' is no date: ' + value)
            break
          case 'country':
            if (!property.type.values.has(value)) throw new Error(name + ' is no country: ' + value)
            break
          case 'entity': {
            const other = entities.get(value)
            if (!other) throw new Error(name + ' points to nothing')
            if (!other.entity.schema.isA(property.getRange())) throw new Error(name + ' points to a ' + other.raw.schema)
          }
        }
        const max = property.maxLength || property.type.maxLength
        if (max && value.length > max) throw new Error(name + ' is too long')
      }
    }
  }
  return [...entities.values()].map(e => e.raw)
}

function csv (text) {
  const { parse } = require('csv-parse/sync')
  return parse(text, { bom: true, relax_quotes: false, relax_column_count: false, record_delimiter: '\r\n' })
}

process.stdout.write(JSON.stringify({ ftm, csv }[what](data.toString('utf8'))))
