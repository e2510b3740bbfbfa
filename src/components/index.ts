// The door of the component kit: Basecoat's look as typed components, usable with the keyboard and without JavaScript.
export { Accordion, AccordionItem, type AccordionItemProps } from "./accordion.ts"
export { ActionButton, type ActionButtonProps } from "./action-button.ts"
export { ActionForm, type ActionFormProps } from "./action-form.ts"
export { ActionInput, type ActionInputProps } from "./action-input.ts"
export { ActionToggle, type ActionToggleProps } from "./action-toggle.ts"
export { Alert, type AlertProps } from "./alert.ts"
export type { ElementProps } from "./attributes.ts"
export { Avatar, AvatarGroup, type AvatarProps } from "./avatar.ts"
export { Badge, type BadgeProps, type BadgeVariant } from "./badge.ts"
export { Breadcrumb, type BreadcrumbProps } from "./breadcrumb.ts"
export { Button, type ButtonProps, type ButtonSize, type ButtonVariant } from "./button.ts"
export { Card, type CardProps } from "./card.ts"
export { BarChart, type BarChartProps } from "./charts/bar-chart.ts"
export type { ChartOptions, ChartProps, ChartSeries, ChartValue } from "./charts/data.ts"
export { DonutChart, type DonutChartProps, type DonutPart } from "./charts/donut-chart.ts"
export { LineChart, type LineChartProps } from "./charts/line-chart.ts"
export { Sparkline, type SparklineProps } from "./charts/sparkline.ts"
export { Checkbox, type CheckboxProps, Switch, type SwitchProps } from "./checkbox.ts"
export { type ClassName, cn } from "./cn.ts"
export { CodeBlock, type CodeBlockProps } from "./code-block.ts"
export { Combobox, type ComboboxProps, type Suggestion } from "./combobox.ts"
export {
  Command,
  CommandDialog,
  type CommandDialogProps,
  CommandGroup,
  type CommandGroupProps,
  CommandItem,
  type CommandItemProps,
  type CommandProps,
} from "./command.ts"
export {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
  type WithChildren,
} from "./component.ts"
export { type Cva, type CvaOptions, cva, type VariantProps } from "./cva.ts"
export { DateField, type DateFieldProps } from "./date-field.ts"
export type { Described, DescribedField } from "./described.ts"
export {
  type DescriptionItem,
  DescriptionList,
  type DescriptionListProps,
  Stat,
  type StatProps,
} from "./description-list.ts"
export { Dialog, type DialogProps, Sheet, type SheetProps } from "./dialog.ts"
export {
  DropdownMenu,
  type DropdownMenuProps,
  MenuGroup,
  type MenuGroupProps,
  MenuItem,
  type MenuItemProps,
  MenuSeparator,
} from "./dropdown-menu.ts"
export { Dropzone, type DropzoneProps } from "./dropzone.ts"
export { Empty, type EmptyProps } from "./empty.ts"
export {
  type ControlAttributes,
  Field,
  type FieldOptions,
  type FieldProps,
  type FormCall,
  type Identified,
  type Labelled,
  type Words,
} from "./field.ts"
export {
  Fieldset,
  type FieldsetProps,
  FormActions,
  type FormActionsProps,
  FormRow,
  type FormRowProps,
  FormSection,
  type FormSectionProps,
} from "./form-layout.ts"
export { type FormatOptions, type FormatType, formatCell, formatDisplay } from "./format.ts"
export { type ControlProps, Input, type InputProps, Textarea, type TextareaProps } from "./input.ts"
export { KeyHints, type KeyHintsProps } from "./key-hints.ts"
export { LiveBadge, type LiveBadgeProps } from "./live-badge.ts"
export { closes, type Opener, opens, toggles } from "./openers.ts"
export { PageHead, type PageHeadProps } from "./page-head.ts"
export {
  type KeysetPaginationProps,
  type NumberedPaginationProps,
  Pagination,
} from "./pagination.ts"
export { Panel, type PanelProps } from "./panel.ts"
export { type Placement, Popover, type PopoverProps, type TriggerProps } from "./popover.ts"
export {
  Progress,
  type ProgressProps,
  Skeleton,
  type SkeletonProps,
  Spinner,
  type SpinnerProps,
} from "./progress.ts"
export { RadioGroup, type RadioGroupProps, type RadioOption } from "./radio-group.ts"
export { RowText, type RowTextProps } from "./row-text.ts"
export { Segment, type SegmentOption, type SegmentProps } from "./segment.ts"
export {
  type Option,
  type OptionGroup,
  Select,
  type SelectOption,
  type SelectProps,
} from "./select.ts"
export {
  Sidebar,
  SidebarGroup,
  type SidebarGroupProps,
  SidebarItem,
  type SidebarItemProps,
  type SidebarProps,
  SidebarTrigger,
} from "./sidebar.ts"
export { Slider, type SliderProps } from "./slider.ts"
export { type Column, Table, type TableProps } from "./table.ts"
export { type TabOptions, Tabs, type TabsProps } from "./tabs.ts"
export { ThemeSwitch, type ThemeSwitchProps } from "./theme-switch.ts"
export { Toast, Toaster, type ToasterProps, type ToastProps, toast } from "./toast.ts"
export { Tooltip, type TooltipProps } from "./tooltip.ts"
