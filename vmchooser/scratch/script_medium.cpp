#include "vmchooser/scratch/script_medium.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace farboot::vmchooser
{
namespace
{

struct FreeArchive {
    void operator()(archive* each) const { archive_write_free(each); }
};
struct FreeEntry {
    void operator()(archive_entry* each) const { archive_entry_free(each); }
};

/// Windows' own interpreters want lines to end so.
std::string with_crlf(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == '\n' && !result.ends_with('\r'))
            result += '\r';
        result += c;
    }
    return result;
}

bool add(archive* medium, const std::string& name, const std::string& content)
{
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0444);
    return archive_write_header(medium, entry.get()) == ARCHIVE_OK &&
           archive_write_data(medium, content.data(), content.size()) == static_cast<la_ssize_t>(content.size());
}

} // namespace

Result<void> write_script_medium(const std::filesystem::path& file, const Script& script)
{
    const nlohmann::json about{{"version", 1}, {"scripts", {{{"file", script.file}, {"name", script.name}}}}};
    // A name may have been cut within a letter.
    const auto about_text = about.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const std::unique_ptr<archive, FreeArchive> medium(archive_write_new());
    const bool written =
        archive_write_set_format_iso9660(medium.get()) == ARCHIVE_OK &&
        archive_write_set_options(medium.get(), "volume-id=FARBOOT,rockridge,joliet") == ARCHIVE_OK &&
        archive_write_open_filename(medium.get(), file.c_str()) == ARCHIVE_OK &&
        add(medium.get(), "farboot.json", about_text) &&
        add(medium.get(), script.file, script.file.ends_with(".sh") ? script.text : with_crlf(script.text)) &&
        archive_write_close(medium.get()) == ARCHIVE_OK;
    if (!written) {
        const char* why = archive_error_string(medium.get());
        return fail("scratch", "The medium with the machine's script cannot be written to {}: {}", file.native(),
                    why ? why : "unknown");
    }
    return {};
}

} // namespace farboot::vmchooser
