import './base.css';
import './pages.css';
import './views.css';
import './data.css';
import './shell.css';
import './annotator.css';
import './lifecycle.css';
