/** A location with `{}` where the app puts a value, the value as it came, and what the app made of it where it changed it. */
export interface Case {
  readonly says: string
  readonly location: string
  readonly value: string
  readonly used?: string
}

/** What every request of the cases was sent to. */
export const ownHost = 'shop.example'

const glued = 'https://shop.example{}'

/** A browser that is told to go there leaves the site. */
export const attacks: readonly Case[] = [
  { says: 'a whole URL', location: '{}', value: 'https://evil.com/login' },
  { says: 'a whole URL without TLS', location: '{}', value: 'http://evil.com' },
  { says: 'no scheme', location: '{}', value: '//evil.com/a' },
  { says: 'slashes', location: '{}', value: '////evil.com' },
  { says: 'a slash and a backslash', location: '{}', value: '/\\evil.com' },
  { says: 'backslashes', location: '{}', value: '\\\\evil.com' },
  { says: 'a tab between slashes', location: '{}', value: '/\t/evil.com' },
  { says: 'a tab before', location: '{}', value: '\t//evil.com' },
  { says: 'a space before', location: '{}', value: ' https://evil.com' },
  { says: 'a scheme and no slashes', location: '{}', value: 'https:evil.com' },
  { says: 'a scheme and one slash', location: '{}', value: 'http:/evil.com' },
  { says: 'a scheme and backslashes', location: '{}', value: 'https:\\\\evil.com' },
  { says: 'a scheme and three slashes', location: '{}', value: 'https:///evil.com' },
  { says: 'mixed case', location: '{}', value: 'HtTpS://EVIL.com' },
  { says: 'a tab in the scheme', location: '{}', value: 'ht\ttps://evil.com' },
  { says: "the app's host as a user", location: '{}', value: 'https://shop.example@evil.com' },
  { says: "the app's host and a password", location: '{}', value: 'https://shop.example:443@evil.com/' },
  { says: "the app's host below another", location: '{}', value: 'https://shop.example.evil.com' },
  { says: "the app's host in the path", location: '{}', value: 'https://evil.com/shop.example' },
  { says: "the app's host in the fragment", location: '{}', value: 'https://evil.com#https://shop.example/' },
  { says: 'a backslash before the fragment', location: '{}', value: 'https://evil.com\\.shop.example/' },
  { says: 'an address', location: '{}', value: 'http://203.0.113.5/' },
  { says: 'an address as one number', location: '{}', value: 'http://3405803781/' },
  { says: 'an address of IPv6', location: '{}', value: '//[2001:db8::5]/' },
  { says: 'full-width dots', location: '{}', value: 'https://evil。com' },
  { says: 'full-width letters', location: '{}', value: 'https://ｅｖｉｌ.com' },
  {
    says: 'a name beyond ASCII',
    location: '{}',
    value: 'https://müller.example',
    used: 'https://xn--mller-kva.example',
  },
  { says: 'a letter in percent signs', location: '{}', value: '//%65vil.com' },
  { says: 'a trailing dot', location: '{}', value: '//evil.com.' },
  { says: 'another port of another host', location: '{}', value: '//evil.com:8443' },
  { says: 'a script', location: '{}', value: 'javascript:alert(1)' },
  { says: 'a script with a tab', location: '{}', value: 'java\tscript:alert(1)' },
  { says: 'a page in the address', location: '{}', value: 'data:text/html,<b>hi</b>' },
  { says: 'an app', location: '{}', value: 'evilapp://callback' },
  { says: 'a name glued to the host', location: glued, value: '.evil.com' },
  { says: 'a host glued behind the host', location: glued, value: '@evil.com' },
  { says: 'a password glued behind the host', location: glued, value: ':x@evil.com/' },
  { says: 'a longer name glued', location: glued, value: 'x.evil.com' },
  { says: 'a dot in percent signs glued', location: glued, value: '%2eevil.com' },
  { says: 'a host', location: 'https://{}/welcome', value: 'evil.com' },
  { says: 'a domain', location: 'https://www.{}/welcome', value: 'evil.com' },
  { says: 'a host after two slashes', location: '//{}', value: 'evil.com' },
  { says: 'a path after a slash', location: '/{}', value: '/evil.com' },
  { says: 'a path with a backslash after a slash', location: '/{}', value: '\\evil.com' },
  { says: 'with a query of the app', location: '{}?from=shop', value: '//evil.com/' },
  { says: 'decoded from a URL', location: '{}', value: 'https%3A%2F%2Fevil.com', used: 'https://evil.com' },
  { says: 'decoded twice', location: '{}', value: '%252F%252Fevil.com', used: '//evil.com' },
  { says: 'decoded from base64', location: '{}', value: 'aHR0cHM6Ly9ldmlsLmNvbS9h', used: 'https://evil.com/a' },
  { says: 'out of JSON', location: '{}', value: '{"next":"//evil.com"}', used: '//evil.com' },
  { says: 'in small letters', location: '{}', value: 'HTTPS://Evil.Com/A', used: 'https://evil.com/a' },
  { says: 'encoded by the app', location: '{}', value: 'https://evil.com/ä b', used: 'https://evil.com/%C3%A4%20b' },
]

/** The browser stays, or goes where the app says. */
export const benign: readonly Case[] = [
  { says: 'a path', location: '{}', value: '/account' },
  { says: 'a path with a query', location: '{}', value: '/search?q=a b&page=2' },
  { says: 'a relative path', location: '{}', value: 'account/settings' },
  { says: 'a path up', location: '{}', value: '../orders' },
  { says: 'a query', location: '{}', value: '?page=2' },
  { says: 'a fragment', location: '{}', value: '#top' },
  { says: 'a URL in a query of the own site', location: '{}', value: '/login?next=https://evil.com' },
  { says: 'slashes in a path', location: '{}', value: '/a//evil.com' },
  { says: 'slashes in percent signs', location: '{}', value: '/%2f/evil.com' },
  { says: 'the own host', location: '{}', value: 'https://shop.example/account' },
  { says: 'the own host without TLS', location: '{}', value: 'http://shop.example/' },
  { says: 'the own host without a scheme', location: '{}', value: '//shop.example/a' },
  { says: 'the own host in capitals', location: '{}', value: 'HTTPS://SHOP.example/a' },
  { says: 'the own host with a port', location: '{}', value: 'https://shop.example:8443/a' },
  { says: 'the own host with www', location: '{}', value: 'https://www.shop.example/a' },
  { says: 'a path glued to the own host', location: glued, value: '/account' },
  { says: 'a query glued to the own host', location: glued, value: '?a=b@c.com' },
  { says: 'an address in a path', location: 'https://shop.example/users/{}', value: 'maya@evil.com' },
  { says: 'a path on a host of the app', location: 'https://docs.partner.example/{}', value: 'guide/start' },
  {
    says: 'a URL in a query of a host of the app',
    location: 'https://idp.example/login?back={}',
    value: 'https://shop.example/a',
    used: 'https%3A%2F%2Fshop.example%2Fa',
  },
  {
    says: 'a foreign URL in a query of a host of the app',
    location: 'https://idp.example/login?back={}',
    value: 'https://evil.com/',
  },
  { says: 'a name in front of a host of the app', location: 'https://{}.shops.example/', value: 'maya' },
  { says: 'a word that the host begins with', location: 'https://accounts.partner.example/{}', value: 'accounts' },
  { says: 'a name of the host, also in the query', location: 'https://idp.example/?idp={}', value: 'idp.example' },
  { says: 'a word', location: '/{}', value: 'news' },
  { says: 'a search', location: '/search?q={}', value: 'evil.com' },
  { says: 'a number', location: '/orders/{}', value: '12345678' },
  { says: 'a mail address', location: '/invite?to={}', value: 'maya@example.org' },
  { says: 'a language', location: '/{}/home', value: 'en-GB' },
  { says: 'nothing of it', location: 'https://partner.example/', value: 'https://evil.com' },
  { says: 'no URL', location: '{}', value: 'https://' },
  { says: 'a port that is none', location: '{}', value: '//evil.com:99999' },
]

export const locationOf = ({ location, value, used }: Case): string => location.replaceAll('{}', () => used ?? value)
