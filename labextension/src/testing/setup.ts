/** What every test needs: components of one test are gone before the next. */

import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(() => cleanup());
