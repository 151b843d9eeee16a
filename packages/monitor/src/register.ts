import { monitor } from './index.ts'

monitor.start()
