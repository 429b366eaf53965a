import { expect, fillSignIn, password, test } from '../harness/fixtures.ts';

const wanted = 'xin-mi-ma-2026';

/** Mutation: take a wrong present password, or let the old one work on. */
test('a changed password is the only one that opens the app @screen', async ({
  page,
  signedIn,
  look,
}) => {
  await signedIn('worker', '/me');
  await look('me');
  await page.getByRole('button', { name: '改密码' }).tap();
  await page.getByLabel('现在的密码').fill('not-the-password');
  await page.getByLabel(/^新密码.至少/).fill(wanted);
  await page.getByLabel('新密码再写一次').fill(wanted);
  await page.getByRole('button', { name: '改密码' }).tap();
  await expect(page.getByRole('alert')).toContainText('密码');
  await look('password-refused');

  await page.getByLabel('现在的密码').fill(password);
  await page.getByRole('button', { name: '改密码' }).tap();
  await expect(page.getByText('密码改好了')).toBeVisible();

  await page.getByRole('button', { name: '退出登录' }).tap();
  await fillSignIn(page, 'worker', password);
  await expect(page.getByRole('alert')).toContainText('密码');
  await fillSignIn(page, 'worker', wanted);
  await expect(page.getByRole('heading', { name: /^记分/ })).toBeVisible();
});

/** Mutation: keep the session alive on the server, or its lists in the app. */
test('signing out ends the session for this phone', async ({ page, signedIn }) => {
  await signedIn('worker', '/me');
  await page.getByRole('button', { name: '退出登录' }).tap();
  await expect(page.getByLabel('密码')).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel('密码')).toBeVisible();
  const answer = await page.request.get('/api/v1/me');
  expect(answer.status()).toBe(401);
});

/** Mutation: let a one-time password open more than the change of it. */
test('a one-time password must be changed first @screen', async ({ page, as, open, look }) => {
  const cadre = await as('cadre');
  const { scopes } = await cadre.get<{ scopes: { village_id: string }[] }>('/me');
  const { one_time_password } = await cadre.post<{ one_time_password: string }>('/accounts', {
    username: 'xinlai',
    name: '新来的',
    scope: { role: 'panel_member', area_id: scopes[0]!.village_id },
  });

  await open('/');
  await fillSignIn(page, 'xinlai', one_time_password);
  await expect(page.getByRole('heading', { name: '先改密码' })).toBeVisible();
  await look('password-forced');
  await open('/ranking');
  await expect(page.getByRole('heading', { name: '先改密码' })).toBeVisible();

  await page.getByLabel('现在的密码').fill(one_time_password);
  await page.getByLabel(/^新密码.至少/).fill(wanted);
  await page.getByLabel('新密码再写一次').fill(wanted);
  await page.getByRole('button', { name: '改密码' }).tap();
  await expect(page.getByRole('heading', { name: '待办' })).toBeVisible();
});
