import './base.css';
import './annotator.css';
