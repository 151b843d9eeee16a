'use strict'

require('@riposte/monitor/register')
const bodyParser = require('body-parser')
const deepExtend = require('deep-extend')
const defaultsDeep = require('defaults-deep')
const dotProp = require('dot-prop')
const extend = require('extend')
const { unflatten } = require('flat')
const _ = require('lodash')
const lodashMergeFile = require('lodash/merge')
const lodashSetFile = require('lodash/set')
const defaultsdeep = require('lodash.defaultsdeep')
const lodashMerge = require('lodash.merge')
const lodashSet = require('lodash.set')
const merge = require('merge')
const mergeDeep = require('merge-deep')
const minimist = require('minimist')
const mixinDeep = require('mixin-deep')
const objectPath = require('object-path')
const qs = require('qs')
const setValue = require('set-value')
const { ownDoors, serve } = require('../apps/serve.cjs')

/** The body once more, as body-parser reads it. */
const parsed = (body) =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const request = Object.assign(require('node:stream').Readable.from([text]), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': String(text.length) },
    })
    bodyParser.json()(request, {}, (error) => (error ? reject(error) : resolve(request.body)))
  })

serve({
  ...ownDoors,
  merge: (body) => _.merge({}, body),
  'merge-parsed': async (body) => _.merge({}, await parsed(body)),
  'merge-with': (body) => _.mergeWith({}, body, () => undefined),
  'defaults-deep': (body) => _.defaultsDeep({}, body),
  wrapped: (body) => _({}).merge(body).value(),
  'lodash-set': ({ path, value }) => _.set({}, path, value),
  'set-with': ({ path, value }) => _.setWith({}, path, value, Object),
  update: ({ path, value }) => _.update({}, path, () => value),
  'zip-object-deep': ({ path, value }) => _.zipObjectDeep([path], [value]),
  'merge-file': (body) => lodashMergeFile({}, body),
  'set-file': ({ path, value }) => lodashSetFile({}, path, value),
  'lodash.merge': (body) => lodashMerge({}, body),
  'lodash.defaultsdeep': (body) => defaultsdeep({}, body),
  'lodash.set': ({ path, value }) => lodashSet({}, path, value),
  'deep-extend': (body) => deepExtend({}, body),
  'defaults-of': (body) => defaultsDeep({}, body),
  extend: (body) => extend(true, {}, body),
  'merge-recursive': (body) => merge.recursive({}, body),
  'merge-deep': (body) => mergeDeep({}, body),
  'mixin-deep': (body) => mixinDeep({}, body),
  'dot-prop': ({ path, value }) => dotProp.set({}, path, value),
  'object-path': ({ path, value }) => objectPath.withInheritedProps.set({}, path, value),
  'object-path-bound': ({ path, value }) => objectPath.withInheritedProps({}).set(path, value),
  'set-value': ({ path, value }) => setValue({}, path, value),
  unflatten: (body) => unflatten(body),
  'unflatten-by': (body) => unflatten(body, { delimiter: '/' }),
  minimist: ({ words }) => minimist(words),
  'qs-merge': (query) => _.merge({}, qs.parse(query.toString())),
})
