#include "rootfs/record/record.hpp"

#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace farboot::rootfs
{
namespace
{

using sample::boot_record;
using sample::Refused;
using Json = nlohmann::json;

VmRecord vm_record()
{
    VmRecord record;
    record.header = {{"vm", "tiny"}, 1};
    record.title = "Tiny Linux";
    record.image = {sha256(as_bytes("disk")), 9240, 1 << 30};
    record.machine.os = "http://debian.org/debian/12";
    return record;
}

/// A good record's JSON with one member changed by its JSON pointer; null takes it away.
std::string changed(const std::string& json, const std::string& pointer, const Json& value)
{
    Json object = Json::parse(json);
    auto where = Json::json_pointer(pointer);
    if (value.is_null())
        object.at(where.parent_pointer()).erase(where.back());
    else
        object[where] = value;
    return object.dump();
}

const Json gone; // null

TEST(RecordName, IsATypeASlashAndASeries)
{
    auto name = RecordName::parse("boot/debian-desktop");
    ASSERT_TRUE(name);
    EXPECT_EQ(*name, (RecordName{"boot", "debian-desktop"}));
    EXPECT_EQ(name->text(), "boot/debian-desktop");
    for (std::string text : {"", "/", "boot", "boot/", "/x", "boot/../x", "boot/x/y", "Boot/x", "disk/x", "boot/-x",
                             "boot/X", "boot/ä", "boot/a b"})
        EXPECT_THAT(RecordName::parse(text), Refused("record-malformed", "boot/debian-desktop")) << text;
    EXPECT_TRUE(RecordName::parse("vm/" + std::string(64, 'a')));
    EXPECT_FALSE(RecordName::parse("vm/" + std::string(65, 'a')));
}

TEST(BootRecord, IsReadAsTheDocumentationShowsIt)
{
    std::string digest(64, 'c');
    auto record = BootRecord::parse(R"({"type": "boot", "version": 1, "series": "debian-desktop", "number": 3,
        "title": "Debian 12 desktop", "kernel": {"digest": ")" +
                                    digest + R"(", "size": 8249664},
        "initramfs": [{"digest": ")" +
                                    digest + R"(", "size": 31457280}], "cmdline": "quiet",
        "image": {"manifest": ")" + digest +
                                    R"(", "root_bytes": 9240, "bytes": 601882624},
        "data": [{"name": "settings.json", "max_bytes": 65536}], "offline_days": 0, "later": [true]})");
    ASSERT_TRUE(record) << record.error().sentence;
    EXPECT_EQ(record->header.name.text(), "boot/debian-desktop");
    EXPECT_EQ(record->header.number, 3U);
    EXPECT_EQ(record->title, "Debian 12 desktop");
    EXPECT_EQ(record->kernel.digest.hex(), digest);
    EXPECT_EQ(record->kernel.size, 8249664U);
    ASSERT_EQ(record->initramfs.size(), 1U);
    EXPECT_EQ(record->initramfs[0].size, 31457280U);
    EXPECT_EQ(record->cmdline, "quiet");
    ASSERT_TRUE(record->image);
    EXPECT_EQ(record->image->root_bytes, 9240U);
    EXPECT_EQ(record->image->bytes, 601882624U);
    EXPECT_EQ(record->data, (std::vector<DataFile>{{"settings.json", 65536}}));
    EXPECT_EQ(record->offline_days, 0U);
}

TEST(BootRecord, MayLiveInItsInitramfs)
{
    auto record = BootRecord::parse(changed(boot_record().to_json(), "/image", gone));
    ASSERT_TRUE(record) << record.error().sentence;
    EXPECT_FALSE(record->image);
}

TEST(BootRecord, NamesTheMemberThatIsWrong)
{
    struct {
        const char* pointer;
        Json value;
        const char* named;
    } cases[] = {
        {"/type", gone, "type is missing"},
        {"/version", gone, "version is missing"},
        {"/version", "1", "version is not"},
        {"/series", "../etc", "series is not"},
        {"/series", 3, "series is not"},
        {"/number", 0, "number is not"},
        {"/number", 1.5, "number is not"},
        {"/number", -1, "number is not"},
        {"/number", std::uint64_t{1} << 53, "number is not"},
        {"/title", gone, "title is missing"},
        {"/title", "a\x1b[2Jb", "title has control"},
        {"/title",
         "a\xc2\x9b"
         "2Jb",
         "title has control"},
        {"/title", std::string(801, 'x'), "title is longer"},
        {"/kernel", gone, "kernel is missing"},
        {"/kernel", "vmlinuz", "kernel is not"},
        {"/kernel/digest", std::string(64, 'C'), "kernel.digest is not"},
        {"/kernel/size", 0, "kernel.size is not"},
        {"/kernel/size", (std::uint64_t{4} << 30) + 1, "kernel.size is not"},
        {"/initramfs", gone, "initramfs is missing"},
        {"/initramfs/0", 1, "initramfs has an item"},
        {"/initramfs/0/size", gone, "initramfs[].size is missing"},
        {"/initramfs", Json::array({1, 2, 3, 4, 5, 6, 7, 8, 9}), "initramfs has more than 8"},
        {"/cmdline", "quiet\nx", "cmdline has"},
        {"/cmdline", "sprache=dänisch", "cmdline has"},
        {"/cmdline", std::string(2049, 'x'), "cmdline is longer"},
        {"/image", 1, "image is not"},
        {"/image/manifest", "00", "image.manifest is not"},
        {"/image/root_bytes", 0, "image.root_bytes is not"},
        {"/image/bytes", gone, "image.bytes is missing"},
        {"/data", Json::object(), "data is not"},
        {"/data/0/name", "../shadow", "data[].name is not"},
        {"/data/0/max_bytes", -5, "data[].max_bytes is not"},
        {"/data/1", {{"name", "settings.json"}, {"max_bytes", 1}}, "data has a name twice"},
        {"/offline_days", gone, "offline_days is missing"},
        {"/offline_days", 36'501, "offline_days is not"},
    };
    for (const auto& [pointer, value, named] : cases)
        EXPECT_THAT(BootRecord::parse(changed(boot_record().to_json(), pointer, value)),
                    Refused("record-malformed", named))
            << pointer << " = " << value;
}

TEST(BootRecord, IsRefusedWhenItIsNoJson)
{
    for (std::string text : {"", "{", "[]", "\xff", "{}x"})
        EXPECT_THAT(BootRecord::parse(text), Refused("record-malformed", "cannot be read")) << text;
    EXPECT_THAT(BootRecord::parse(std::string((1 << 20) + 1, ' ')), Refused("record-malformed", "longer than"));
    EXPECT_THAT(BootRecord::parse(R"({"type": "boot", "type": "boot"})"), Refused("record-malformed", "twice"));
}

TEST(BootRecord, OfALaterVersionAsksForAnUpdate)
{
    EXPECT_THAT(BootRecord::parse(changed(boot_record().to_json(), "/version", 2)),
                Refused("type-unknown", "version 2, which this version of Farboot does not know: update it"));
    EXPECT_THAT(RecordHeader::parse(changed(boot_record().to_json(), "/type", "disk")),
                Refused("type-unknown", "\"disk\""));
    EXPECT_THAT(RecordHeader::parse(changed(boot_record().to_json(), "/type", "\x1b[2J")),
                Refused("type-unknown", "\"?\""));
}

TEST(Records, OfAnotherTypeAreRefused)
{
    EXPECT_THAT(BootRecord::parse(vm_record().to_json()), Refused("type-mismatch", "vm, but boot was asked for"));
    EXPECT_THAT(VmRecord::parse(boot_record().to_json()), Refused("type-mismatch", "boot, but vm was asked for"));
    EXPECT_THAT(GuiRecord::parse(vm_record().to_json()), Refused("type-mismatch", "vm, but gui was asked for"));
}

TEST(VmRecord, NamesTheMemberThatIsWrong)
{
    struct {
        const char* pointer;
        Json value;
        const char* named;
    } cases[] = {
        {"/image", gone, "image is missing"},
        {"/machine", gone, "machine is missing"},
        {"/machine/memory_mib", 0, "machine.memory_mib is not"},
        {"/machine/cpus", 4096, "machine.cpus is not"},
        {"/machine/firmware", "coreboot", "machine.firmware is none of bios, uefi, uefi-secure"},
        {"/machine/disk_bus", "scsi", "machine.disk_bus is none of virtio, sata, ide"},
        {"/machine/nic", "rtl8139", "machine.nic is none of virtio, e1000e, none"},
        {"/machine/scripts", "sh", "machine.scripts is neither true nor false"},
        {"/machine/os", gone, "machine.os is missing"},
        {"/machine/os", std::string(257, 'x'), "machine.os is longer"},
    };
    for (const auto& [pointer, value, named] : cases)
        EXPECT_THAT(VmRecord::parse(changed(vm_record().to_json(), pointer, value)), Refused("record-malformed", named))
            << pointer << " = " << value;
}

TEST(ImageOf, FindsTheImageOfEachTypeThatHasOne)
{
    EXPECT_EQ(*image_of(boot_record().to_json()), *boot_record().image);
    EXPECT_EQ(*image_of(vm_record().to_json()), vm_record().image);
    GuiRecord gui{{{"gui", "standard"}, 1}, "Standard", vm_record().image};
    EXPECT_EQ(*image_of(gui.to_json()), gui.image);
}

TEST(ImageOf, RefusesRecordsWithoutOne)
{
    EXPECT_THAT(image_of(changed(boot_record().to_json(), "/image", gone)), Refused("type-mismatch", "no image"));
    auto key = SigningKey::generate();
    EXPECT_THAT(image_of(sample::policy({&key}, {}).to_json()), Refused("type-mismatch", "no image"));
    EXPECT_THAT(image_of(changed(vm_record().to_json(), "/image", gone)),
                Refused("record-malformed", "image is missing"));
}

} // namespace
} // namespace farboot::rootfs
