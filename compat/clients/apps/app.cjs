'use strict'

require('@riposte/monitor/register')
const axios = require('axios')
const crossSpawn = require('cross-spawn')
const undici = require('undici')
const { serve } = require('./routes.cjs')

// The others come as ES modules only.
void Promise.all([import('execa'), import('got'), import('node-fetch')]).then(
  ([{ execa, execaSync }, got, nodeFetch]) =>
    serve({
      axios,
      crossSpawn,
      execa,
      execaCommand: execaSync,
      got: got.default,
      nodeFetch: nodeFetch.default,
      undici,
    }),
)
