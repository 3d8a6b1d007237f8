/** Runs before the first paint. */
export const THEME_SCRIPT = `try{var s=localStorage,d=document.documentElement;d.dataset.theme=s.getItem('orrery.theme')||'dark';if(s.getItem('orrery.motion')==='reduced')d.dataset.motion='reduced'}catch(e){}`
