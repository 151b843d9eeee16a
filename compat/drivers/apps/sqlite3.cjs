'use strict'

require('@riposte/monitor/register')
const sqlite3 = require('sqlite3')
const { doors } = require('./sqlite3.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ sqlite3 }))
