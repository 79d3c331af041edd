/**
 * Drivers that set driver_managed_dma, by name: needed only for those bound before the recording began, as a
 * probe reads the flag itself. Source: domain/ownership.md §1.2 (users in Debian's 6.12.117).
 */
const managed = new Set([
  'pci-stub',
  'pcieport',
  'vfio-pci',
  'vfio-amba',
  'vfio-platform',
  'vfio-fsl-mc',
  'vfio-cdx',
  'mlx5_vfio_pci',
  'hisi_acc_vfio_pci',
  'pds-vfio-pci',
  'qat_vfio_pci',
  'virtio-vfio-pci',
  'nvgrace-gpu-vfio-pci',
]);

/** True for a driver known to manage its own DMA; null, not false, for all others: their flag was never read. */
export const managedByName = (driver: string): true | null => (managed.has(driver) ? true : null);
