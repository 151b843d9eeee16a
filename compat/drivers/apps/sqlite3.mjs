import '@riposte/monitor/register'
import sqlite3 from 'sqlite3'
import apps from './sqlite3.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ sqlite3 }))
