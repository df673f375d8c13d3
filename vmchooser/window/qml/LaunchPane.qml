import QtQuick

// A machine on its way, step by step. The pane has the focus, not its button: a second Enter must not cancel what the first
// has started.
FocusScope {
    id: pane

    readonly property var steps: [chooser.texts.stepChecking, chooser.texts.stepDisk, chooser.texts.stepStarting, chooser.texts.stepRunning]
    readonly property var sentences: [chooser.texts.stepCheckingText, chooser.texts.stepDiskText, chooser.texts.stepStartingText, chooser.texts.stepRunningText]

    focus: true

    Accessible.role: Accessible.Pane
    Accessible.name: chooser.texts.starting + " " + chooser.launchTitle

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width - Theme.unit * 3.2, Theme.unit * 48)
        spacing: Theme.unit * 1.8

        Row {
            spacing: Theme.unit * 1.4

            Rectangle {
                width: Theme.unit * 5
                height: width
                radius: Theme.unit
                color: Theme.surface

                Icon {
                    anchors.centerIn: parent
                    name: chooser.launchIcon
                    size: Theme.unit * 3
                }
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                Line {
                    text: chooser.step === 3 ? chooser.texts.running : chooser.texts.starting
                    color: Theme.muted
                    size: 1.05
                }
                Line {
                    objectName: "launchTitle"
                    text: chooser.launchTitle
                    size: 2
                    font.weight: Font.DemiBold
                }
            }
        }

        Row {
            id: track
            width: parent.width
            spacing: Theme.unit * 0.6

            Repeater {
                model: pane.steps

                Column {
                    required property int index
                    required property string modelData
                    readonly property bool done: index < chooser.step
                    readonly property bool now: index === chooser.step
                    width: (track.width - track.spacing * 3) / 4
                    spacing: Theme.unit * 0.6

                    Rectangle {
                        width: parent.width
                        height: Theme.unit * 0.3
                        radius: height / 2
                        color: parent.done ? Theme.good : parent.now ? Theme.selectLine : Theme.raised
                    }
                    Row {
                        spacing: Theme.unit * 0.6
                        Rectangle {
                            width: Theme.unit * 1.4
                            height: width
                            radius: width / 2
                            color: done ? Theme.good : "transparent"
                            border.width: now ? Theme.unit * 0.4 : 2
                            border.color: done ? Theme.good : now ? Theme.selectLine : Theme.line
                            Icon {
                                anchors.centerIn: parent
                                visible: done
                                name: "check"
                                size: Theme.unit
                            }
                        }
                        Line {
                            anchors.verticalCenter: parent.verticalCenter
                            text: modelData
                            color: done || now ? Theme.text : Theme.muted
                            font.weight: now ? Font.DemiBold : Font.Normal
                        }
                    }
                }
            }
        }

        Line {
            width: parent.width
            text: chooser.cancelling ? chooser.texts.cancelling : pane.sentences[Math.max(0, chooser.step)]
            color: Theme.muted
            wrapMode: Text.Wrap
            Accessible.role: Accessible.StatusBar
            Accessible.name: text
        }

        ActionButton {
            objectName: "cancel"
            label: chooser.texts.cancel
            enabled: !chooser.cancelling
            opacity: enabled ? 1 : 0.5
            onTriggered: chooser.cancel()
        }
    }
}
