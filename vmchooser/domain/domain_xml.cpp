#include "vmchooser/domain/domain_xml.hpp"

#include <QString>
#include <QXmlStreamWriter>

#include <initializer_list>
#include <utility>

namespace farboot::vmchooser
{
namespace
{

using Attributes = std::initializer_list<std::pair<const char*, QString>>;

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

void attributes(QXmlStreamWriter& xml, Attributes list)
{
    for (const auto& [name, value] : list)
        xml.writeAttribute(QLatin1String(name), value);
}

void empty(QXmlStreamWriter& xml, const char* name, Attributes list = {})
{
    xml.writeEmptyElement(QLatin1String(name));
    attributes(xml, list);
}

void open(QXmlStreamWriter& xml, const char* name, Attributes list = {})
{
    xml.writeStartElement(QLatin1String(name));
    attributes(xml, list);
}

void close(QXmlStreamWriter& xml)
{
    xml.writeEndElement();
}

void memory(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    open(xml, "memory", {{"unit", "MiB"}});
    xml.writeCharacters(QString::number(spec.memory_mib));
    close(xml);
}

void processors(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    open(xml, "vcpu");
    xml.writeCharacters(QString::number(spec.cpus));
    close(xml);
    // Emulation refuses the host's model and is slow with "maximum": there the default model is the right one.
    if (spec.accelerator == Accelerator::kvm)
        empty(xml, "cpu", {{"mode", "host-passthrough"}, {"check", "none"}});
}

void firmware(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    const bool uefi = spec.firmware != Firmware::bios;
    const bool secure = spec.firmware == Firmware::uefi_secure;
    uefi ? open(xml, "os", {{"firmware", "efi"}}) : open(xml, "os");
    open(xml, "type", {{"arch", "x86_64"}, {"machine", spec.chipset == Chipset::q35 ? "q35" : "pc"}});
    xml.writeCharacters("hvm");
    close(xml);
    if (uefi) {
        // Without this, libvirt picks Secure Boot with Microsoft's keys on q35.
        open(xml, "firmware");
        empty(xml, "feature", {{"enabled", secure ? "yes" : "no"}, {"name", "secure-boot"}});
        if (secure)
            empty(xml, "feature", {{"enabled", "yes"}, {"name", "enrolled-keys"}});
        close(xml);
        xml.writeTextElement("nvram", text(spec.nvram));
    }
    empty(xml, "boot", {{"dev", "hd"}});
    close(xml);
}

void features(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    open(xml, "features");
    empty(xml, "acpi");
    empty(xml, "apic");
    if (spec.windows && spec.accelerator == Accelerator::kvm)
        empty(xml, "hyperv", {{"mode", "passthrough"}});
    if (spec.firmware == Firmware::uefi_secure)
        empty(xml, "smm", {{"state", "on"}});
    close(xml);
}

void clock(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    empty(xml, "clock", {{"offset", spec.windows ? "localtime" : "utc"}});
}

void life_cycle(QXmlStreamWriter& xml)
{
    xml.writeTextElement("on_poweroff", "destroy");
    xml.writeTextElement("on_reboot", "restart");
    xml.writeTextElement("on_crash", "destroy");
}

/// A network disk cannot be transient, and an overlay made beforehand would have to name the socket itself: so the top
/// is an empty file, its backing store is named here, and libvirt throws the writes away at the end.
void disk(QXmlStreamWriter& xml, const DiskSpec& spec)
{
    const char* bus = spec.bus == DiskBus::virtio ? "virtio" : spec.bus == DiskBus::sata ? "sata" : "ide";
    const char* target = spec.bus == DiskBus::virtio ? "vda" : spec.bus == DiskBus::sata ? "sda" : "hda";
    open(xml, "disk", {{"type", "file"}, {"device", "disk"}});
    empty(xml, "driver", {{"name", "qemu"}, {"type", "qcow2"}, {"discard", "unmap"}});
    empty(xml, "source", {{"file", text(spec.overlay)}});
    open(xml, "backingStore", {{"type", "network"}});
    empty(xml, "format", {{"type", "raw"}});
    open(xml, "source", {{"protocol", "nbd"}, {"name", text(spec.export_name)}});
    empty(xml, "host", {{"transport", "unix"}, {"socket", text(spec.socket)}});
    close(xml);
    empty(xml, "backingStore");
    close(xml);
    empty(xml, "target", {{"dev", target}, {"bus", bus}});
    empty(xml, "transient");
    close(xml);
}

/// A CD, since every guest knows one; on the chipset's own controller, beside a disk that may be there already.
void script_medium(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    if (spec.script_medium.empty())
        return;
    const bool ide = spec.chipset == Chipset::i440fx;
    const bool taken = spec.disk.bus != DiskBus::virtio;
    open(xml, "disk", {{"type", "file"}, {"device", "cdrom"}});
    empty(xml, "driver", {{"name", "qemu"}, {"type", "raw"}});
    empty(xml, "source", {{"file", text(spec.script_medium)}});
    empty(xml, "target", {{"dev", QString(ide ? "hd" : "sd") + (taken ? "b" : "a")}, {"bus", ide ? "ide" : "sata"}});
    empty(xml, "readonly");
    close(xml);
}

void nic(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    if (spec.nic == NicModel::none)
        return;
    open(xml, "interface", {{"type", "user"}});
    empty(xml, "model", {{"type", spec.nic == NicModel::virtio ? "virtio" : "e1000e"}});
    close(xml);
}

void display(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    // No port: the viewer gets its connection from libvirt, so nobody else on the network or the PC can look in.
    open(xml, "graphics", {{"type", "spice"}});
    empty(xml, "listen", {{"type", "none"}});
    if (!spec.clipboard) {
        empty(xml, "clipboard", {{"copypaste", "no"}});
        empty(xml, "filetransfer", {{"enable", "no"}});
    }
    close(xml);
    open(xml, "video");
    empty(xml, "model", {{"type", spec.video == VideoModel::virtio ? "virtio" : "qxl"}});
    close(xml);
    if (!spec.sound)
        return;
    empty(xml, "sound", {{"model", spec.chipset == Chipset::q35 ? "ich9" : "ich6"}});
    empty(xml, "audio", {{"id", "1"}, {"type", "spice"}});
}

/// Ports for devices that are plugged into the PC while the viewer has the focus.
void usb(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    if (!spec.usb)
        return;
    constexpr int ports = 3;
    empty(xml, "controller", {{"type", "usb"}, {"index", "0"}, {"model", "qemu-xhci"}});
    for (int port = 0; port < ports; ++port)
        empty(xml, "redirdev", {{"bus", "usb"}, {"type", "spicevmc"}});
}

/// QEMU runs as the user, and reaches no file of the folder that he could not reach himself.
void home(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    if (spec.home.empty())
        return;
    open(xml, "filesystem", {{"type", "mount"}, {"accessmode", "squash"}});
    empty(xml, "source", {{"dir", text(spec.home)}});
    empty(xml, "target", {{"dir", "home"}});
    if (!spec.home_writable)
        empty(xml, "readonly");
    close(xml);
}

void input(QXmlStreamWriter& xml)
{
    // Absolute positions: the pointer enters and leaves the machine's picture without being caught.
    empty(xml, "input", {{"type", "tablet"}, {"bus", "usb"}});
}

void channels(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    open(xml, "channel", {{"type", "spicevmc"}});
    empty(xml, "target", {{"type", "virtio"}, {"name", "com.redhat.spice.0"}});
    close(xml);
    open(xml, "serial", {{"type", "unix"}});
    empty(xml, "source", {{"mode", "bind"}, {"path", text(spec.serial_socket)}});
    empty(xml, "target", {{"port", "0"}});
    close(xml);
}

void rng(QXmlStreamWriter& xml)
{
    open(xml, "rng", {{"model", "virtio"}});
    open(xml, "backend", {{"model", "random"}});
    xml.writeCharacters("/dev/urandom");
    close(xml);
    close(xml);
}

void tpm(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    if (!spec.tpm)
        return;
    open(xml, "tpm", {{"model", "tpm-crb"}});
    empty(xml, "backend", {{"type", "emulator"}, {"version", "2.0"}});
    close(xml);
}

void devices(QXmlStreamWriter& xml, const DomainSpec& spec)
{
    open(xml, "devices");
    disk(xml, spec.disk);
    script_medium(xml, spec);
    home(xml, spec);
    nic(xml, spec);
    display(xml, spec);
    usb(xml, spec);
    input(xml);
    channels(xml, spec);
    rng(xml);
    tpm(xml, spec);
    // The memory is fixed for the machine's life.
    empty(xml, "memballoon", {{"model", "none"}});
    close(xml);
}

} // namespace

std::string to_domain_xml(const DomainSpec& spec)
{
    QString out;
    QXmlStreamWriter xml(&out);
    xml.setAutoFormatting(true);
    xml.setAutoFormattingIndent(2);
    open(xml, "domain", {{"type", spec.accelerator == Accelerator::kvm ? "kvm" : "qemu"}});
    xml.writeTextElement("name", text(spec.name));
    xml.writeTextElement("title", text(spec.title));
    memory(xml, spec);
    processors(xml, spec);
    firmware(xml, spec);
    features(xml, spec);
    clock(xml, spec);
    life_cycle(xml);
    devices(xml, spec);
    close(xml);
    return out.trimmed().toStdString() + "\n";
}

} // namespace farboot::vmchooser
