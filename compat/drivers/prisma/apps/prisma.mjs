import '@riposte/monitor/register'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import client from '@prisma/client'
import { serve } from '../../apps/serve.cjs'
import apps from './prisma.doors.cjs'

serve(apps.doors({ PrismaClient: client.PrismaClient, PrismaMariaDb }))
