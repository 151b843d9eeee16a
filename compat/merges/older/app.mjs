import '@riposte/monitor/register'
import deepExtend from 'deep-extend'
import defaultsDeep from 'defaults-deep'
import dotProp from 'dot-prop'
import extend from 'extend'
import flat from 'flat'
import _ from 'lodash'
import lodashMergeFile from 'lodash/merge.js'
import lodashSetFile from 'lodash/set.js'
import defaultsdeep from 'lodash.defaultsdeep'
import lodashMerge from 'lodash.merge'
import lodashSet from 'lodash.set'
import merge from 'merge'
import mergeDeep from 'merge-deep'
import minimist from 'minimist'
import mixinDeep from 'mixin-deep'
import objectPath from 'object-path'
import setValue from 'set-value'
import { ownDoors, serve } from '../apps/serve.cjs'

serve({
  ...ownDoors,
  merge: (body) => _.merge({}, body),
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
  unflatten: (body) => flat.unflatten(body),
  'unflatten-by': (body) => flat.unflatten(body, { delimiter: '/' }),
  minimist: ({ words }) => minimist(words),
})
