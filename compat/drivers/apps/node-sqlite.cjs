'use strict'

require('@riposte/monitor/register')
const { DatabaseSync } = require('node:sqlite')
const { doors } = require('./node-sqlite.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ DatabaseSync }))
