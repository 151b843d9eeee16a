import '@riposte/monitor/register'
import postgres from 'postgres'
import apps from './postgres.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ postgres }))
