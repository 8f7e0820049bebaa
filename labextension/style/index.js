import './base.css';
import './annotator.css';
import './lifecycle.css';
