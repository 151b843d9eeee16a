'use strict'

require('@riposte/monitor/register')
const mysql = require('mysql2')
const promise = require('mysql2/promise')
const { doors } = require('../../apps/mysql2.doors.cjs')
const { serve } = require('../../apps/serve.cjs')

serve(doors({ mysql, promise }))
