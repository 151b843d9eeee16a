'use strict'

require('@riposte/monitor/register')
const mssql = require('mssql')
const tedious = require('tedious')
const { doors } = require('./mssql.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ mssql, tedious }))
