import { mount } from 'svelte';
import App from './App.svelte';
import { listen as speakOurLanguage } from './complaints';
import { households } from './households/list.svelte';
import { listen } from './navigation.svelte';
import { start } from './session.svelte';

void start();
if (location.pathname === '/') households.ahead();
listen();
speakOurLanguage();

const target = document.getElementById('app')!;
target.replaceChildren();
mount(App, { target });
