'use strict'

require('@riposte/monitor/register')
const { PrismaClient } = require('@prisma/client')
const { PrismaMariaDb } = require('@prisma/adapter-mariadb')
const { serve } = require('../../apps/serve.cjs')
const { doors } = require('./prisma.doors.cjs')

serve(doors({ PrismaClient, PrismaMariaDb }))
