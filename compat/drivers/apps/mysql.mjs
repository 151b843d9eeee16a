import '@riposte/monitor/register'
import mysql from 'mysql'
import apps from './mysql.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ mysql }))
