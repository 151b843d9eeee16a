'use strict'

require('@riposte/monitor/register')
const mysql = require('mysql')
const { doors } = require('./mysql.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ mysql }))
