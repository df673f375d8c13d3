#include "vmchooser/scratch/script_medium.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

using namespace farboot::vmchooser;

namespace
{

class ScriptMedium : public testing::Test
{
protected:
    ScriptMedium() { std::filesystem::create_directories(folder_); }
    ~ScriptMedium() override { std::filesystem::remove_all(folder_); }

    /// What a guest finds, by name.
    std::map<std::string, std::string> files_of(const Script& script)
    {
        const auto written = write_script_medium(file_, script);
        EXPECT_TRUE(written) << written.error().sentence;
        const std::unique_ptr<archive, decltype(&archive_read_free)> medium(archive_read_new(), archive_read_free);
        archive_read_support_format_iso9660(medium.get());
        EXPECT_EQ(archive_read_open_filename(medium.get(), file_.c_str(), 65536), ARCHIVE_OK);
        std::map<std::string, std::string> files;
        for (archive_entry* entry = nullptr; archive_read_next_header(medium.get(), &entry) == ARCHIVE_OK;) {
            if (archive_entry_filetype(entry) != AE_IFREG)
                continue;
            std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
            EXPECT_EQ(archive_read_data(medium.get(), content.data(), content.size()),
                      static_cast<la_ssize_t>(content.size()));
            files[archive_entry_pathname(entry)] = content;
        }
        return files;
    }
    /// Volume identifier of the primary volume descriptor (ECMA-119, 8.4).
    std::string label()
    {
        std::ifstream stream(file_, std::ios::binary);
        stream.seekg(16 * 2048 + 40);
        std::string text(32, '\0');
        stream.read(text.data(), 32);
        return text.substr(0, text.find(' '));
    }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("farboot-script-medium-" + std::to_string(::getpid()));
    std::filesystem::path file_ = folder_ / "script.iso";
};

TEST_F(ScriptMedium, HasTheScriptAndWhatItIs)
{
    const std::string text = "#!/bin/sh\necho \"Grüße\"\n" + std::string(60000, '#') + "\n";
    const auto files = files_of({"Prüfung", "script.sh", text});
    EXPECT_EQ(label(), "FARBOOT");
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files.at("script.sh"), text);
    EXPECT_EQ(nlohmann::json::parse(files.at("farboot.json")),
              nlohmann::json::parse(R"({"version": 1, "scripts": [{"file": "script.sh", "name": "Prüfung"}]})"));
}

TEST_F(ScriptMedium, WindowsGetsItsOwnLineEnds)
{
    EXPECT_EQ(files_of({"", "script.cmd", "echo a\r\necho b\n"}).at("script.cmd"), "echo a\r\necho b\r\n");
    EXPECT_EQ(files_of({"", "script.ps1", "echo a\n"}).at("script.ps1"), "echo a\r\n");
}

TEST_F(ScriptMedium, SaysWhereItCannotBeWritten)
{
    file_ = folder_ / "missing/script.iso";
    const auto written = write_script_medium(file_, {"", "script.sh", "x"});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().reason, "scratch");
    EXPECT_NE(written.error().sentence.find(file_.native()), std::string::npos) << written.error().sentence;
}

} // namespace
