'use strict'

require('@riposte/monitor/register')
const mysql = require('mysql2')
const promise = require('mysql2/promise')
const { doors } = require('./mysql2.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ mysql, promise }))
