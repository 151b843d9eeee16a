'use strict'

require('@riposte/monitor/register')
const Database = require('better-sqlite3')
const { doors } = require('./better-sqlite3.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ Database }))
