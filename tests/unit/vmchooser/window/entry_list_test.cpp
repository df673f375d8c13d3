#include "tests/unit/vmchooser/window/samples.hpp"

#include <QSignalSpy>
#include <gtest/gtest.h>

using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

QStringList titles(const EntryList& list)
{
    QStringList result;
    for (int row = 0; row < list.count(); ++row)
        result << list.title(row);
    return result;
}

TEST(EntryList, PutsMachinesBeforeDesktops)
{
    EntryList list(desktops());
    EXPECT_EQ(titles(list), QStringList{"Xfce Session"});
    list.set_machines(machines());
    EXPECT_EQ(titles(list), (QStringList{"Tiny Linux", "Windows 11", "Test machine", "Xfce Session"}));
    list.set_language("de");
    EXPECT_EQ(titles(list), (QStringList{"Kleines Linux", "Windows 11", "Testrechner", "Xfce Session"}));
    EXPECT_EQ(list.data(list.index(3), EntryList::Kind), "desktop");
    EXPECT_EQ(list.data(list.index(3), EntryList::Description), "Arbeitsplatz auf diesem PC");
}

TEST(EntryList, HasHeadings)
{
    EntryList list(desktops());
    auto grouped = machines();
    grouped[1].group = {"Prüfungen", "Exams"};
    list.set_machines(grouped);
    const auto sections = [&] {
        QStringList result;
        for (int row = 0; row < list.count(); ++row)
            result << list.data(list.index(row), EntryList::Section).toString();
        return result;
    };
    EXPECT_EQ(sections(), (QStringList{"Virtual machines", "Exams", "Virtual machines", "On this PC"}));
    list.set_language("de");
    EXPECT_EQ(sections()[1], "Prüfungen");
}

TEST(EntryList, FindsFirstLettersOnwardsAndRound)
{
    EntryList list(desktops());
    list.set_machines(machines());
    EXPECT_EQ(list.find("t", 0), 0);
    EXPECT_EQ(list.find("T", 1), 2);
    EXPECT_EQ(list.find("t", 3), 0);
    EXPECT_EQ(list.find("te", 0), 2);
    EXPECT_EQ(list.find("q", 0), -1);
}

TEST(EntryList, StaysPutWhenNothingChanged)
{
    EntryList list(desktops());
    list.set_machines(machines());
    const QSignalSpy resets(&list, &EntryList::modelReset);
    list.set_machines(machines());
    EXPECT_EQ(resets.count(), 0);
    list.set_machines({});
    EXPECT_EQ(resets.count(), 1);
}

TEST(EntryList, HasAPictureForEveryIcon)
{
    EXPECT_EQ(icon_file("windows"), "windows");
    EXPECT_EQ(icon_file("../../etc/passwd"), "vm");
}

} // namespace
