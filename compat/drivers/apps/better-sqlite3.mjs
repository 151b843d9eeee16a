import '@riposte/monitor/register'
import Database from 'better-sqlite3'
import apps from './better-sqlite3.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ Database }))
