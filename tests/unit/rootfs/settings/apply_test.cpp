#include "rootfs/settings/apply/apply.hpp"

#include "tests/unit/rootfs/settings/sample.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <fstream>
#include <map>

using namespace farboot;
using namespace farboot::settings;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// A system in a folder; what would be run is noted.
class FolderMachine : public Machine
{
public:
    explicit FolderMachine(const std::filesystem::path& root) : Machine(root) {}
    Result<void> run(const std::vector<std::string>& argv) override
    {
        std::string line;
        for (const auto& argument : argv)
            line += (line.empty() ? "" : "|") + argument;
        runs.push_back(line);
        return {};
    }
    Result<void> set_host_name(const std::string& name) override
    {
        host_name = name;
        return {};
    }
    bool has_locale(const std::string& name) const override { return name != "xx_XX.UTF-8"; }
    bool has_own_home() const override { return own_home; }

    std::vector<std::string> runs;
    std::string host_name;
    bool own_home = false;
};

class ApplyTest : public testing::Test
{
protected:
    ApplyTest()
    {
        char name[] = "/tmp/farboot-apply-XXXXXX";
        root_ = ::mkdtemp(name);
        // What a Debian system with all that is needed has.
        put("usr/sbin/sssd", "");
        put("usr/sbin/mount.nfs", "");
        put("usr/sbin/lpadmin", "");
        put("usr/bin/setupcon", "");
        put("usr/share/zoneinfo/Europe/Berlin", "TZif2");
        put("etc/nsswitch.conf", "passwd: files sss\n");
        put("etc/pam.d/common-auth", "auth pam_sss.so\n");
        put("etc/pam.d/common-session", "session pam_unix.so\n");
        put("etc/hosts", "127.0.0.1 localhost\n");
        machine_ = std::make_unique<FolderMachine>(root_);
    }
    ~ApplyTest() override { std::filesystem::remove_all(root_); }

    void put(const std::string& path, const std::string& content)
    {
        std::filesystem::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << content;
    }
    std::string read(const std::string& path) { return machine_->read(path); }
    unsigned mode(const std::string& path)
    {
        struct stat found{};
        return ::stat((root_ / path.substr(1)).c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
    }
    bool apply(const json& settings)
    {
        said_.clear();
        return apply_all(receive(settings.dump()), *machine_,
                         [&](std::string sentence) { said_.push_back(std::move(sentence)); });
    }
    json handed()
    {
        auto settings = test::all_settings();
        settings["hostname"] = "pc-12.example.org";
        return settings;
    }

    std::filesystem::path root_;
    std::unique_ptr<FolderMachine> machine_;
    std::vector<std::string> said_;
};

} // namespace

TEST_F(ApplyTest, EachSettingIsInItsFile)
{
    EXPECT_TRUE(apply(handed())) << testing::PrintToString(said_);
    EXPECT_EQ(machine_->host_name, "pc-12.example.org");
    EXPECT_EQ(read("/etc/hostname"), "pc-12.example.org\n");
    EXPECT_THAT(read("/etc/hosts"), HasSubstr("127.0.0.1 localhost\n"));
    EXPECT_THAT(read("/etc/hosts"), HasSubstr("\n127.0.1.1 pc-12.example.org pc-12\n"));
    EXPECT_EQ(read("/etc/default/locale"), "LANG=de_DE.UTF-8\n");
    EXPECT_THAT(read("/etc/default/keyboard"), HasSubstr("XKBLAYOUT=\"de\"\nXKBVARIANT=\"nodeadkeys\"\n"));
    EXPECT_THAT(read("/etc/X11/xorg.conf.d/00-farboot-keyboard.conf"), HasSubstr("\"XkbLayout\" \"de\""));
    EXPECT_EQ(std::filesystem::read_symlink(root_ / "etc/localtime"), "/usr/share/zoneinfo/Europe/Berlin");
    EXPECT_THAT(read("/etc/sssd/sssd.conf"),
                HasSubstr("ldap_uri = ldaps://ldap.example.org, ldap://[2001:db8::1]:1389\n"));
    EXPECT_THAT(read("/etc/sssd/sssd.conf"), HasSubstr("simple_allow_groups = students, Mitarbeiter und Gäste\n"));
    EXPECT_THAT(read("/etc/sssd/sssd.conf"), HasSubstr("ldap_tls_cacert = /etc/sssd/farboot-ca.pem\n"));
    EXPECT_EQ(mode("/etc/sssd/sssd.conf"), 0600U);
    EXPECT_EQ(read("/etc/sssd/farboot-ca.pem"), test::certificate);
    EXPECT_THAT(read("/etc/pam.d/common-session"), HasSubstr("pam_mkhomedir.so"));
    EXPECT_THAT(read("/run/systemd/system/home.mount"), HasSubstr("What=nas.example.org:/export/home\nWhere=/home\n"));
    EXPECT_THAT(read("/etc/environment"), HasSubstr("\nno_proxy=localhost,.example.org\n"));
    EXPECT_THAT(read("/etc/apt/apt.conf.d/80farboot-proxy"),
                HasSubstr("Acquire::http::Proxy \"http://proxy.example.org:3128\";\n"));
    EXPECT_THAT(read("/root/.ssh/authorized_keys"), HasSubstr(std::string(test::ssh_key) + "\n"));
    EXPECT_EQ(mode("/root/.ssh/authorized_keys"), 0600U);
    EXPECT_EQ(read("/run/systemd/logind.conf.d/50-farboot.conf"),
              "[Login]\nStopIdleSessionSec=30min\nIdleAction=poweroff\nIdleActionSec=60min\n");
    EXPECT_THAT(read("/run/systemd/system/farboot-shutdown.timer"), HasSubstr("OnCalendar=mon,fri *-*-* 21:50:00\n"));
    EXPECT_THAT(machine_->runs, ElementsAre("systemctl|daemon-reload",
                                            "systemctl|--no-block|start|farboot-keyboard.service|home.automount|"
                                            "farboot-printers.service|farboot-shutdown.timer"));
}

TEST_F(ApplyTest, TheSecondTimeChangesNothing)
{
    ASSERT_TRUE(apply(handed()));
    const auto files = [&] {
        std::map<std::string, std::pair<ino_t, std::string>> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
            struct stat status{};
            if (::lstat(entry.path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
                const auto path = "/" + std::filesystem::relative(entry.path(), root_).string();
                found[path] = {status.st_ino, read(path)};
            }
        }
        return found;
    };
    const auto before = files();
    ASSERT_TRUE(apply(handed()));
    EXPECT_EQ(files(), before);
}

TEST_F(ApplyTest, OneThatFailsKeepsNoOtherBack)
{
    std::filesystem::remove(root_ / "usr/sbin/sssd");
    auto settings = handed();
    settings["locale"] = "xx_XX.UTF-8";
    settings["time_zone"] = "Moon/Base";
    settings["keyboard"] = {{"layout", "de\"\nX"}};
    EXPECT_FALSE(apply(settings));
    EXPECT_THAT(said_, Contains(HasSubstr("keyboard.layout is not used")));
    EXPECT_THAT(said_, Contains(HasSubstr("login is not applied: SSSD is not in this system: install")));
    EXPECT_THAT(said_, Contains(HasSubstr("locale is not applied: The locale xx_XX.UTF-8 is not in this system")));
    EXPECT_THAT(said_, Contains(HasSubstr("time_zone is not applied")));
    EXPECT_EQ(read("/etc/hostname"), "pc-12.example.org\n");
    EXPECT_EQ(read("/etc/default/keyboard"), "");
    EXPECT_THAT(read("/run/systemd/system/home.mount"), HasSubstr("Where=/home"));
}

TEST_F(ApplyTest, WithoutAHomeFilesVanishAndPeopleAreTold)
{
    const auto home = [&] { return json::parse(read("/run/farboot-session/home.json"))["home"]; };
    EXPECT_TRUE(apply(json::object()));
    EXPECT_EQ(home(), "none");
    EXPECT_THAT(read("/run/motd.d/farboot"), HasSubstr("is gone when it is switched off"));
    EXPECT_TRUE(apply({{"home", {{"kind", "nfs"}, {"server", "2001:db8::1"}, {"path", "/home"}}}}));
    EXPECT_EQ(home(), "nfs");
    EXPECT_EQ(read("/run/motd.d/farboot"), "");
    EXPECT_THAT(read("/run/systemd/system/home.mount"), HasSubstr("What=[2001:db8::1]:/home\n"));
    machine_->own_home = true;
    EXPECT_TRUE(apply({{"home", {{"kind", "none"}}}}));
    EXPECT_EQ(home(), "own");
}

TEST_F(ApplyTest, AHomeOnCifsIsOpenedByTheUsersOwnPassword)
{
    const json settings{
        {"home", {{"kind", "cifs"}, {"server", "files.example.org"}, {"share", "{user}$"}, {"domain", "EX"}}}};
    EXPECT_FALSE(apply(settings));
    EXPECT_THAT(said_, Contains(HasSubstr("install libpam-mount and cifs-utils")));
    put("etc/pam.d/common-session", "session optional pam_mount.so\n");
    EXPECT_TRUE(apply(settings));
    EXPECT_THAT(read("/etc/security/pam_mount.conf.xml"),
                HasSubstr(R"(server="files.example.org" path="%(USER)$" mountpoint="~")"));
    EXPECT_THAT(read("/etc/security/pam_mount.conf.xml"), HasSubstr(",domain=EX\""));
}

TEST_F(ApplyTest, ThatThereIsNoneIsAppliedToo)
{
    ASSERT_TRUE(apply(handed()));
    auto none = json{{"login", {{"kind", "local"}}},
                     {"proxy", {{"url", nullptr}}},
                     {"ssh_keys", json::array()},
                     {"idle", json::object()}};
    ASSERT_TRUE(apply(none));
    EXPECT_FALSE(machine_->has("/etc/sssd/sssd.conf"));
    EXPECT_FALSE(machine_->has("/etc/apt/apt.conf.d/80farboot-proxy"));
    EXPECT_THAT(read("/etc/environment"), Not(HasSubstr("proxy")));
    EXPECT_EQ(read("/root/.ssh/authorized_keys"), "");
    EXPECT_THAT(read("/run/systemd/logind.conf.d/50-farboot.conf"), HasSubstr("StopIdleSessionSec=infinity\n"));
}

TEST_F(ApplyTest, TheWarningBeforeMidnightIsOfTheDayBefore)
{
    ASSERT_TRUE(apply({{"shutdown", {{{"days", {"mon"}}, {"time", "00:05"}}, {{"time", "06:00"}}}}}));
    EXPECT_THAT(read("/run/systemd/system/farboot-shutdown.timer"),
                HasSubstr("OnCalendar=sun *-*-* 23:55:00\nOnCalendar=*-*-* 05:50:00\n"));
}

TEST_F(ApplyTest, PrintersAreAddedWithoutADriver)
{
    const auto received = receive(handed().dump());
    ASSERT_TRUE(add_printers(*received.settings.printers, *machine_));
    EXPECT_THAT(
        machine_->runs,
        ElementsAre("lpadmin|-p|hall|-E|-v|ipp://print.example.org:631/printers/hall|-D|Entrance hall|-m|everywhere",
                    "lpadmin|-d|hall"));
}
