// The pages that a reader can come to, found as a reader finds them: by links.

/** Paths by name, at a node of the demo where `page` is signed in. */
export async function paths(page, web) {
  await page.goto(`${web}/reports`);
  const reports = await page.locator('table.list tbody a[href^="/reports/incident--"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  await page.goto(`${web}/reports?owner=AL&q=Parliament`);
  const own = await page.locator('table.list tbody a[href^="/reports/incident--"]').first().getAttribute('href');
  await page.goto(`${web}/search?q=declaration`);
  const other = await page.locator('main a[href^="/objects/"]').first().getAttribute('href');
  return {
    overview: '/',
    reports: '/reports',
    filtered: '/reports?domain=cyber',
    none: '/reports?q=nothing-of-the-kind',
    report: reports[0],
    own,
    new: '/reports/new',
    search: '/search?q=parliament',
    object: other,
    partners: '/partners',
    account: '/account',
    design: '/design',
    absent: '/reports/incident--00000000-0000-4000-8000-000000000000',
  };
}
