import type { ReactElement, ReactNode } from 'react';

function Icon({ children, size = 18 }: { readonly children: ReactNode; readonly size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export interface IconProps {
  readonly size?: number;
}

export const SlipwayIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M3 18h18" />
    <path d="M3 18 15 7l6 3.5-3 4H7" />
  </Icon>
);

export const DatasetsIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <ellipse cx="12" cy="5.5" rx="7.5" ry="2.8" />
    <path d="M4.5 5.500v13c0 1.55 3.36 2.8 7.5 2.800s7.5-1.25 7.5-2.800v-13" />
    <path d="M4.5 12c0 1.55 3.36 2.8 7.5 2.800s7.5-1.25 7.5-2.8" />
  </Icon>
);

export const RunsIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M3.5 3.500v17h17" />
    <path d="M7 7c1 6.5 4.5 9.5 13 10" />
  </Icon>
);

export const ModelsIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="m12 2.8 8 4.600v9.200l-8 4.6-8-4.600V7.400Z" />
    <path d="m4 7.4 8 4.6 8-4.600M12 12v9.2" />
  </Icon>
);

export const DeploymentsIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <rect x="3" y="4" width="18" height="6.5" rx="1.5" />
    <rect x="3" y="13.5" width="18" height="6.5" rx="1.5" />
    <path d="M7 7.250h.01M7 16.750h.01M11 7.250h6M11 16.750h6" />
  </Icon>
);

export const JobsIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M9 6h12M9 12h12M9 18h12" />
    <path d="m3 6 1.2 1.200L6.5 4.800M3 12l1.2 1.2 2.3-2.400M3.5 18h2" />
  </Icon>
);

export const CheckIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="m5 12.5 4.5 4.500L19 7.5" />
  </Icon>
);

export const CrossIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M6 6l12 12M18 6 6 18" />
  </Icon>
);

export const AlertIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M12 3.5 2.5 20h19Z" />
    <path d="M12 10v4.500M12 17.200v.1" />
  </Icon>
);

export const ClockIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7v5l3.2 2" />
  </Icon>
);

export const PlayIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M7.5 5v14l11-7Z" />
  </Icon>
);

export const StopIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <rect x="6" y="6" width="12" height="12" rx="1.5" />
  </Icon>
);

export const CopyIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <rect x="8.5" y="8.5" width="12" height="12" rx="2" />
    <path d="M15.5 8.500v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3" />
  </Icon>
);

export const SunIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 2.500v2M12 19.500v2M4.2 4.200l1.4 1.400M18.4 18.400l1.4 1.400M2.5 12h2M19.5 12h2M4.2 19.800l1.4-1.400M18.4 5.600l1.4-1.4" />
  </Icon>
);

export const MoonIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <path d="M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500Z" />
  </Icon>
);

export const SystemIcon = (props: IconProps): ReactElement => (
  <Icon {...props}>
    <rect x="3" y="4.5" width="18" height="12" rx="1.5" />
    <path d="M8.5 20.500h7M12 16.500v4" />
  </Icon>
);

export const SortIcon = ({ isDescending, ...props }: IconProps & { readonly isDescending: boolean }): ReactElement => (
  <Icon {...props}>
    <path d={isDescending ? 'M12 5v14m-5-5 5 5 5-5' : 'M12 19V5m-5 5 5-5 5 5'} />
  </Icon>
);
