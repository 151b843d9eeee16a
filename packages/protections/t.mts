import { protections, defaultSettings } from './src/catalog.ts'
const headers = [['host','127.0.0.1:4000'],['connection','keep-alive'],['user-agent','Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'],['accept','text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],['accept-language','en-GB,en;q=0.9'],['cookie-sid','s:abcdef0123456789.signature'],['referer','http://127.0.0.1:4000/products'],['sec-fetch-mode','navigate'],['cache-control','no-cache'],['x-request-id','0b1c2d3e-4f5a-6b7c-8d9e-0f1a2b3c4d5e']]
const P = Object.fromEntries(protections.map(p=>[p.spec.id,p])) as any
const bench=(name:string,id:string,op:(i:number)=>any,val:(i:number)=>string)=>{ const p=P[id]; const s=defaultSettings(p.spec.settings); const run=(i:number)=>p.detect(op(i),[{source:'query',path:'name',value:val(i)},...headers.map(([k,v])=>({source:'headers',path:k,value:v}))],s)
 for(let i=0;i<3000;i++)run(i); const t=process.cpuUsage(); const N=5000; let found=0; for(let i=3000;i<3000+N;i++) if(run(i))found++; const c=process.cpuUsage(t); console.log(name.padEnd(34),((c.user+c.system)/N).toFixed(1),'µs', found) }
const v=(i:number)=>`visitor-${i}`
bench('sql bound const','SqlInjection',()=>({kind:'sql',dialect:'sqlite',text:'select id, name from account where name = ?'}),v)
bench('sql with value','SqlInjection',(i)=>({kind:'sql',dialect:'sqlite',text:`select id, name from account where name = '${v(i)}'`}),v)
bench('file const','PathTraversal',()=>({kind:'file',path:'/srv/app/data/file.txt'}),v)
bench('file with value','PathTraversal',(i)=>({kind:'file',path:`/srv/app/data/${v(i)}.txt`}),(i)=>`${v(i)}.txt`)
bench('file const, word id','PathTraversal',()=>({kind:'file',path:'/srv/app/data/file.txt'}),(i)=>'x'+i)
bench('request const','ServerSideRequestForgery',()=>({kind:'request',url:'http://127.0.0.1:9000/items'}),v)
bench('request public+q','ServerSideRequestForgery',(i)=>({kind:'request',url:`https://api.example.com/items?q=${v(i)}`}),v)
bench('exec const','CommandInjection',()=>({kind:'shell',command:'true'}),v)
bench('exec with value','CommandInjection',(i)=>({kind:'shell',command:`echo '${v(i)}'`}),v)
bench('nosql','NoSqlInjection',(i)=>({kind:'nosql',filter:{name:v(i)}}),v)
bench('code','CodeInjection',()=>({kind:'code',text:'return { a: row[0], b: row[1] }'}),v)
